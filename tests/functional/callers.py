# SPDX-License-Identifier: Apache-2.0
"""Callers of a vifd who are other users, and what it logs of them.

    add_user(lab)                               the host has the user and group vifd
    with Caller(1001, 1001, VIFD_ID) as nova:   a process of that user, group, supplementary group
        with nova.connect(vifd) as c:           a Client, whose peer is that process
            c.call('List')
"""
import os
import re
import shlex
import socket
import subprocess

from lab import wait_until
from vifd_client import Client

VIFD_ID = 777

# Connects to each path it is told, and hands over the connection, or the errno.
CONNECT = '''
import array, socket, sys
with open('/proc/self/comm', 'w') as f:
    f.write(sys.argv[2])
parent = socket.socket(fileno=int(sys.argv[1]))
while True:
    path = parent.recv(4096)
    if not path:
        break
    one = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        one.connect(path)
    except OSError as e:
        parent.send(b'%d' % e.errno)
    else:
        socket.send_fds(parent, [b'0'], [one.fileno()])
    one.close()
'''


def add_user(lab, name='vifd', uid=VIFD_ID):
    """A user of the lab's host, and a group of the same name and number."""
    for file, line in (('passwd', '%s:x:%d:%d::/:/bin/false' % (name, uid, uid)),
                       ('group', '%s:x:%d:' % (name, uid))):
        lab.run('sh', '-c', 'grep -v "^%s:" /etc/%s >/etc/new; echo "%s" >>/etc/new; '
                'mv /etc/new /etc/%s' % (name, file, line, file))


class Caller:
    def __init__(self, uid, gid, *groups, comm='nova-compute'):
        self.uid, self.comm = uid, comm
        self.link, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.link.settimeout(60)
        groups = '--groups=' + ','.join(map(str, groups)) if groups else '--clear-groups'
        self.process = subprocess.Popen(
            ('setpriv', '--reuid=%d' % uid, '--regid=%d' % gid, groups, '--pdeathsig', 'KILL',
             '/usr/bin/python3', '-c', CONNECT, str(theirs.fileno()), comm),
            cwd='/', stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()])
        theirs.close()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.link.close()
        self.process.wait(60)

    def connect(self, vifd):
        """A client; OSError when the socket is not to be opened."""
        self.link.send(vifd.path.encode())
        answer, fds, _, _ = socket.recv_fds(self.link, 16, 1)
        if not fds:
            raise OSError(int(answer), os.strerror(int(answer)), vifd.path)
        return Client.of(socket.socket(fileno=fds[0]))


# ---------------------------------------------------------------------- the log

def logfmt(line):
    """{key: value} of a line, read strictly."""
    found, at = {}, 0
    pattern = re.compile(r'([a-z_]+)=("(?:[^"\\]|\\.)*"|[^ "=\\]+)(?: |$)')
    while at < len(line):
        match = pattern.match(line, at)
        assert match, line[at:]
        key, value = match.groups()
        assert key not in found, line
        found[key] = shlex.split(value)[0] if value.startswith('"') else value
        at = match.end()
    return found


def events(vifd, method):
    """What it has logged of the calls of a method."""
    found = [logfmt(line) for line in vifd.said().splitlines()]
    return [one for one in found if 'method' in one and one['method'].endswith('.' + method)]


def event(vifd, method, count=1):
    """The last of 'count' such events, which are all there are."""
    wait_until(lambda: len(events(vifd, method)) >= count, what='the event')
    found = events(vifd, method)
    assert len(found) == count
    return found[-1]
