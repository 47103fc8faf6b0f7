# SPDX-License-Identifier: Apache-2.0
"""The man pages say what the programs do: the same verbs, options and exit statuses as --help, the
options of the configuration file, and examples that come out as printed."""
import os
import re
import subprocess

import pytest

from validators import vifctl
from lab import TOP, VIFCTL

# Words that carry no meaning of their own.
EMPTY = set('''this that what when with have from they them than then there here which where will
would done been such also other each after e.g. is be an to on of or as in at by it its can has was
are the and for not'''.split())
# Values to try for options that have no default.
VALUES = {'ovsdb_connection': 'unix:/run/x.sock', 'tap_owner': 'root', 'tap_group': '0',
          'vlan_interface': 'eth1', 'flat_interface': 'eth1', 'iptables_top_regex': 'x',
          'iptables_bottom_regex': 'x', 'allowed_users': 'root', 'read_only_users': 'root,1000',
          'read_only_groups': 'root', 'metrics_textfile': '/var/lib/x/vifd.prom', 'plugin_directory': '/usr/lib/vifd/plugins'}


def read(*path):
    with open(os.path.join(TOP, *path), encoding='utf-8') as f:
        return f.read()


def plain(text):
    """scdoc without its marks."""
    text = re.sub(r'(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])', '', re.sub(r'(?<!\\)\*', '', text))
    return text.replace('\\', '')


def page(name):
    """{section: text} of a man page, as its source has it."""
    parts = re.split(r'^# (.+)$', read('man', name), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2]))


def entries(section):
    """[(what stands to the left, its text)] of a list of definitions."""
    return [(plain(head), plain(' '.join(body.split())))
            for head, body in re.findall(r'^(\S.*)\n((?:\t.*\n?)+)', section, re.MULTILINE)]


MAN = page('vifctl.1.scd')
CONF_MAN = page('vifd.conf.5.scd')
VIFD_MAN = page('vifd.8.scd')
HELP = vifctl('--help').stdout


def help_list(title, text=HELP):
    """[(left, words)] of a list in the help; words stand at a column of their own, or below."""
    block = text.split(title + ':\n')[1].split('\n\n')[0]
    found = []
    for line in block.splitlines():
        if line.startswith(' ' * 15):
            found[-1][1] = (found[-1][1] + ' ' + line.strip()).strip()
        else:
            left, words = re.match(r' {2,6}(\S.*?)(?:  +|$)(.*)', line).groups()
            found.append([left, words])
    return [tuple(one) for one in found]


def words_of(text):
    return {word for word in re.findall(r'[a-z0-9_.:/-]*[a-z0-9_]', text.lower())
            if word not in EMPTY and (len(word) > 2 or word.isdigit())}


def root(word):
    """Good enough to see that 'rows' and 'row', 'given' and 'gives' are of a kind."""
    return re.sub(r'(ing|ed|es|s|e)$', '', word)


def assert_says(text, words, what):
    """All that carries meaning in 'words' is in 'text'."""
    said = {root(word) for word in words_of(text)}
    missing = [word for word in words_of(words) if root(word) not in said]
    assert not missing, '%s: the man page does not say %s' % (what, ', '.join(missing))


# ---------------------------------------------------------------------- vifctl(1) and --help

def man_verbs():
    return {head.split()[0]: (head, text) for head, text in entries(MAN['VERBS'])}


def help_verbs():
    """{verb: (verb with its operands, summary)}"""
    found = {}
    for line in HELP.split('Verbs:\n')[1].split('\n\n')[0].splitlines():
        verb, operands, summary = re.match(r'  (\S+) +((?:\S*\.\.\.|\[\w+\]) +)?(\S.*)', line).groups()
        found[verb] = (' '.join([verb, *(operands or '').split()]), summary)
    return found


VERB_HELP = {verb: vifctl(verb, '--help').stdout for verb in help_verbs()}


def test_every_help_fits_a_screen():
    """80 columns and 24 lines."""
    for text in [HELP, *VERB_HELP.values()]:
        assert len(text.splitlines()) <= 24, text
        assert all(len(line) <= 80 for line in text.splitlines()), text


def test_every_way_to_the_help_is_the_same():
    for words in (['help'], ['-h'], ['-h', '--bogus', '--wait=x']):
        done = vifctl(*words)
        assert (done.returncode, done.stdout, done.stderr) == (0, HELP, '')
    for verb, text in VERB_HELP.items():
        for words in (['help', verb], [verb, '-h'], ['--help', verb], [verb, '-h', '--yes', 'x']):
            done = vifctl(*words)
            assert (done.returncode, done.stdout, done.stderr) == (0, text, '')


def test_help_of_an_unknown_verb_names_all_verbs():
    for words in (['help', 'nosuch'], ['nosuch'], ['nosuch', '--help']):
        done = vifctl(*words)
        assert (done.returncode, done.stdout) == (2, '')
        assert done.stderr == ('vifctl: unknown verb: nosuch; the verbs are %s\n' %
                               ', '.join(help_verbs()))


def test_verbs_are_the_same():
    in_help, in_man = help_verbs(), man_verbs()
    assert list(in_help) == list(in_man) and len(in_help) >= 4
    synopsis = [plain(line) for line in MAN['SYNOPSIS'].splitlines() if line]
    assert synopsis == ['vifctl [OPTION...] ' + left for left, _ in in_help.values()]
    for verb, (left, summary) in in_help.items():
        assert in_man[verb][0] == left
        assert VERB_HELP[verb].splitlines()[0] == 'Usage: vifctl %s' % left.replace(
            verb, verb + ' [OPTION]...', 1)
        assert_says(in_man[verb][1], summary, verb)


def man_options():
    """{option with its value: (verbs, text)}; no verbs: all of them."""
    found = {}
    for head, text in entries(MAN['OPTIONS']):
        left, bracket, verbs = head.partition(' (')
        found[left] = (verbs.rstrip(')').split(', ') if bracket else [], text)
    return found


def test_options_are_the_same():
    """Each verb's help has the options that the page says it takes, in its order, and no others."""
    in_man = man_options()
    assert len(in_man) >= 11
    for verb in VERB_HELP:
        mine = [left for left, (verbs, _) in in_man.items()
                if verb in verbs or not verbs and left != '-V, --version'
                and (verb != 'help' or left == '-h, --help')]
        in_help = dict(help_list('Options', VERB_HELP[verb]))
        assert list(in_help) == mine
        for left, words in in_help.items():
            if left != '-h, --help':
                assert_says(in_man[left][1], words, left)
    assert [left for left, _ in help_list('Options')] == ['-h, --help', '-V, --version']


def test_every_option_the_page_speaks_of_exists():
    known = set(re.findall(r'--[a-z-]+', ' '.join([HELP, *VERB_HELP.values()])))
    for text in MAN.values():
        assert set(re.findall(r'(?<![\w-])--[a-z-]+', text)) <= known


@pytest.mark.parametrize('left', list(man_options()))
def test_options_belong_to_the_verbs_that_are_named(left):
    """An option of another verb is refused as such; one's own is refused, if at all, otherwise."""
    name = re.search(r'--[a-z-]+', left).group()
    words = [name + ('=1' if '=' in left else '')]
    if name in ('--help', '--version'):
        assert vifctl(*words).returncode == 0
        return
    if name == '--wait':
        words = ['--wait=none']
    if name == '--on-timeout':
        words = ['--on-timeout=keep']
    if name == '--format':
        words = ['--format=dot']
    if name == '--state':
        words = ['--state=plugged']
    mine = man_options()[left][0] or [verb for verb in help_verbs() if verb != 'help']
    for verb in help_verbs():
        done = vifctl(verb, *words, '/nonexistent', '/nonexistent')
        refused = '%s is not an option of %s' % (name, verb) in done.stderr
        assert refused == (verb not in mine), done.stderr


def statuses_of_help(text=HELP):
    text = ' '.join(text.split('Exit status: ')[1].split()).rstrip('.')
    return {number: words for number, words in
            (one.split(' ', 1) for one in text.split('; '))}


def test_exit_statuses_are_the_same():
    in_help, in_man = statuses_of_help(), dict(entries(MAN['EXIT STATUS']))
    assert list(in_help) == list(in_man)
    for number, words in in_help.items():
        assert_says(in_man[number], words, 'exit status ' + number)


def test_exit_statuses_are_those_of_the_library():
    """The one error table, <vif/error.h>, knows no other but drift, which is no error; 3 is the only
    one that can mean a mix."""
    table = re.findall(r'X\(\w+, "\w+", \w+, (\d), ".*?"\)', read('include', 'vif', 'error.h'))
    assert len(table) > 10
    assert sorted({*table, '1'}) == sorted(statuses_of_help())


# ---------------------------------------------------------------------- vifd(8) and --help

@pytest.fixture(scope='module')
def vifd_help():
    from vifd_client import VIFD
    return subprocess.run([VIFD, '--help'], stdout=subprocess.PIPE, text=True, check=True).stdout


def test_help_of_vifd_fits_a_screen(vifd_help):
    assert len(vifd_help.splitlines()) <= 24
    assert all(len(line) <= 80 for line in vifd_help.splitlines()), vifd_help


def test_options_of_vifd_are_the_same(vifd_help):
    in_help, in_man = dict(help_list('Options', vifd_help)), dict(entries(VIFD_MAN['OPTIONS']))
    assert list(in_help) == list(in_man) and len(in_help) >= 7
    for left, words in in_help.items():
        if left != '-h, --help':
            assert_says(in_man[left], words, left)


def test_exit_statuses_and_signals_of_vifd_are_the_same(vifd_help):
    in_help, in_man = statuses_of_help(vifd_help), dict(entries(VIFD_MAN['EXIT STATUS']))
    assert list(in_help) == list(in_man) and len(in_help) == 4
    for number, words in in_help.items():
        assert_says(in_man[number], words, 'exit status ' + number)
    assert (set(re.findall(r'SIG[A-Z]+', vifd_help)) ==
            {name for head, _ in entries(VIFD_MAN['SIGNALS']) for name in head.split(', ')})


def test_vifd_page_names_the_fields_of_the_log():
    program = read('src', 'vifd', 'audit.c')
    fields = set(re.findall(r'"(VIFD_[A-Z_]+)"', program))
    assert set(re.findall(r'VIFD_[A-Z]+(?:_[A-Z]+)*', VIFD_MAN['LOG'])) | {
        one for one in fields if one.endswith('_USEC')} == fields
    steps = {one[5:-5].lower() for one in fields if one.endswith('_USEC')}
    assert steps == set(re.search(r'each step took: (.*?)\.', ' '.join(VIFD_MAN['LOG'].split()))
                        .group(1).split(', '))


def test_vifd_page_names_options_that_exist(vifd_help):
    known = set(re.findall(r'--[a-z-]+', ' '.join([vifd_help, *VERB_HELP.values()])))
    for text in VIFD_MAN.values():
        assert set(re.findall(r'(?<![\w-])--[a-z-]+', text)) <= known
        for name in re.findall(r'\*([a-z]+_[a-z_]+)\*', text):
            assert name in {option for _, option in options_of_program()}, name


# ---------------------------------------------------------------------- vifd.conf(5)

def options_of_page():
    """{(group, option): default}"""
    found = {}
    for section, text in CONF_MAN.items():
        if not section.startswith('GROUP '):
            continue
        for head, words in entries(text):
            default = re.search(r'Default: (.*)\.$', words)
            assert default, '%s: no default' % head
            found[section.split()[1], head.split(' = ')[0]] = (
                '' if default.group(1) == 'unset' else default.group(1))
    return found


def options_of_file():
    """The same of data/vifd.conf, where an option stands as '#name = default'."""
    found, group = {}, None
    for line in read('data', 'vifd.conf').splitlines():
        header = re.fullmatch(r'\[(\w+)\]', line)
        option = re.fullmatch(r'#(\w+) =(.*)', line)
        if header:
            group = header.group(1)
        elif option:
            found[group, option.group(1)] = option.group(2).strip()
    return found


def options_of_program():
    """The rows of the table of options."""
    text = read('src', 'libvif', 'config-options.c')
    groups = dict(re.findall(r'#define (\w+)\(option\) +\.group = "(\w+)"', text))
    return {(groups[group], option)
            for group, option in re.findall(r'\{(\w+)\("(\w+)"\)', text) if group in groups}


def test_page_names_the_options_of_the_program():
    assert set(options_of_page()) == options_of_program()
    assert len(options_of_page()) >= 17


def test_file_has_options_of_the_page_with_their_defaults():
    in_page, in_file = options_of_page(), options_of_file()
    assert len(in_file) >= 9
    for option, default in in_file.items():
        assert in_page.get(option) == default, option


def configured(tmp_path, text):
    path = tmp_path / 'vifd.conf'
    path.write_text(text)
    return vifctl('host-info', '--config=%s' % path)


def test_file_is_taken_as_it_is(tmp_path):
    done = configured(tmp_path, read('data', 'vifd.conf'))
    assert done.returncode == 0 and done.stderr == ''


@pytest.mark.parametrize('option', sorted(set(options_of_page()) | set(options_of_file())),
                         ids='/'.join)
def test_each_option_is_taken_with_its_default(tmp_path, option):
    group, name = option
    default = {**options_of_page(), **options_of_file()}[option] or VALUES[name]
    done = configured(tmp_path, '[%s]\n%s = %s\n' % (group, name, default))
    assert done.returncode == 0 and done.stderr == '', done.stderr
    done = configured(tmp_path, '[%s]\n%s_ = %s\n' % (group, name, default))
    assert done.returncode == 2 and 'unknown option' in done.stderr


def test_groups_are_the_same():
    named = {group for group, _ in options_of_page()}
    assert named == {group for group, _ in options_of_program()}
    assert named == set(re.findall(r'^\[(\w+)\]$', read('data', 'vifd.conf'), re.MULTILINE))


# ---------------------------------------------------------------------- examples

def blocks(section):
    return re.findall(r'^```\n(.*?)^```$', section, re.MULTILINE | re.DOTALL)


def as_printed(expected):
    """The example as a pattern: '...' stands for anything."""
    return '.*'.join(re.escape(part) for part in expected.split('...'))


def test_examples_come_out_as_printed(lab):
    document, *sessions = blocks(MAN['EXAMPLES'])
    lab.write('vif.json', document)
    lab.run('mkdir', '/run/openvswitch')
    lab.run('ln', '-s', lab.socket, '/run/openvswitch/db.sock')
    tried = 0
    for session in sessions:
        for command, expected in re.findall(r'^\$ vifctl (.*)\n((?:(?!\$ ).*\n)*)', session,
                                            re.MULTILINE):
            done = lab.run(VIFCTL, *command.split())
            assert re.fullmatch(as_printed(expected), done.stdout, re.DOTALL), (
                command + '\n' + done.stdout)
            assert done.stderr == ''
            tried += 1
    assert tried == 8


def test_example_configuration_is_taken(tmp_path):
    text = blocks(CONF_MAN['EXAMPLES'])[0]
    assert text.startswith('[')
    assert configured(tmp_path, text).returncode == 0


@pytest.mark.parametrize('name', ['vifctl.1', 'vifd.conf.5', 'vifd.8', 'io.vifd.7'])
def test_page_is_well_formed(lab, name):
    """scdoc takes it, and what comes out has its section in its title."""
    done = lab.run('scdoc', stdin=read('man', name + '.scd'))
    title, section = name.rsplit('.', 1)
    assert re.search(r'^\.TH "%s" "%s"' % (re.escape(title), section), done.stdout, re.MULTILINE)
