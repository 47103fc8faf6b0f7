# SPDX-License-Identifier: Apache-2.0
"""A daemon of a lab's, and a varlink client that knows nothing but the protocol.

    vifd = Vifd(lab)                            started, its socket there
    with vifd.client() as c:
        c.call('Plug', vifs=[document])         the parameters of the reply; VarlinkError
        list(c.more('Plug', vifs=[document]))   of each reply
"""
import json
import os
import re
import signal
import socket
import time

from lab import SANITIZERS, TOP, VIFCTL, wait_until

VIFD = os.path.abspath(os.environ.get('VIFD', os.path.join(os.path.dirname(VIFCTL), 'vifd')
                                      if 'VIFCTL' in os.environ
                                      else os.path.join(TOP, 'build', 'vifd')))
THREAD_SANITIZER = ('ThreadSanitizer',)
os.environ.setdefault('TSAN_OPTIONS', 'suppressions=' + os.path.join(TOP, 'tests', 'lab',
                                                                     'tsan.supp'))


def is_instrumented():
    """Whether this vifd has a sanitizer in it, with memory and threads of its own."""
    with open(VIFD, 'rb') as f:
        program = f.read()
    return b'libtsan.so' in program or b'libasan.so' in program


class VarlinkError(Exception):
    def __init__(self, name, parameters):
        super().__init__('%s %s' % (name, json.dumps(parameters)[:500]))
        self.name, self.parameters = name, parameters

    @property
    def kind(self):
        return self.name.split('.')[-1]

    @property
    def text(self):
        return self.parameters['text']


class Client:
    def __init__(self, path, timeout=60):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(timeout)
        self.socket.connect(path)
        self.buffer = b''

    @classmethod
    def of(cls, connection, timeout=60):
        """One that uses a connection of someone's."""
        client = cls.__new__(cls)
        client.socket, client.buffer = connection, b''
        connection.settimeout(timeout)
        return client

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, method, parameters=None, **flags):
        if '.' not in method:
            method = 'io.vifd.' + method
        call = dict(flags, method=method)
        if parameters is not None:
            call['parameters'] = parameters
        self.send_raw(json.dumps(call).encode() + b'\0')

    def send_raw(self, message):
        self.socket.sendall(message)

    def receive(self):
        """The next reply as it is; None when the connection was closed."""
        while b'\0' not in self.buffer:
            try:
                more = self.socket.recv(1 << 20)
            except ConnectionResetError:
                return None
            if not more:
                return None
            self.buffer += more
        message, self.buffer = self.buffer.split(b'\0', 1)
        return json.loads(message)

    def reply(self):
        reply = self.receive()
        assert reply is not None, 'the connection was closed'
        if 'error' in reply:
            raise VarlinkError(reply['error'], reply['parameters'])
        return reply['parameters']

    def call(self, method, **parameters):
        self.send(method, parameters)
        return self.reply()

    def more(self, method, **parameters):
        self.send(method, parameters, more=True)
        while True:
            reply = self.receive()
            assert reply is not None, 'the connection was closed'
            if 'error' in reply:
                raise VarlinkError(reply['error'], reply['parameters'])
            yield reply['parameters']
            if not reply.get('continues'):
                return

    def results(self, method, *documents, **parameters):
        return self.call(method, vifs=list(documents), **parameters)['results']


class Vifd:
    """A vifd that runs on the host of a lab.  As user 0, to whom the lab's files belong, but with
    CAP_NET_ADMIN alone; user=None: as the user it would become."""

    def __init__(self, lab, *options, config=None, name='vifd', ovsdb=None, prefix=(),
                 user='root'):
        self.lab, self.name, self.path = lab, name, lab.path(name + '.socket')
        argv = [VIFD, '--socket=' + self.path, '--ovsdb=' + (ovsdb or lab.address), '-v']
        if user:
            argv.append('--user=' + user)
        if config is not None:
            argv.append(lab.config(config, name + '.conf'))
        self.process = lab.start(name, *prefix, *argv, *options)
        wait_until(lambda: os.path.exists(self.path) or self.process.poll() is not None,
                   what='vifd listens')
        assert self.process.poll() is None, self.said()
        wait_until(self.listens, what='vifd listens')

    def listens(self):
        try:
            Client(self.path).close()
            return True
        except ConnectionRefusedError:
            return False

    def client(self, **arguments):
        return Client(self.path, **arguments)

    def said(self):
        with open(self.lab.path(self.name + '.out'), errors='replace') as f:
            return f.read()

    def kill(self, number):
        self.process.send_signal(number)

    def status_value(self, key):
        with open('/proc/%d/status' % self.process.pid) as f:
            return int(re.search(r'^%s:\s*(\d+)' % key, f.read(), re.MULTILINE).group(1))

    def memory(self):
        """Resident memory in bytes."""
        return self.status_value('VmRSS') * 1024

    def stop(self, number=signal.SIGTERM, seconds=30):
        """Ends it, and returns how long that took; it must be a good end."""
        begun = time.monotonic()
        self.kill(number)
        self.process.wait(seconds)
        self.check()
        return time.monotonic() - begun

    def check(self):
        said = self.said()
        for word in SANITIZERS + THREAD_SANITIZER:
            assert word not in said, said[-6000:]
        assert self.process.poll() in (None, 0), 'exit status %s: %s' % (
            self.process.poll(), said[-3000:])
