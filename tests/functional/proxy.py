# SPDX-License-Identifier: Apache-2.0
"""A proxy before ovsdb-server that counts what a client says, and misbehaves when told to.

    proxy.misbehave('drop-before')               the first commit never gets to the server
    proxy.misbehave('drop-after', on='transact') the server carries it out, the answer is lost
"""
import json
import os
import socket
import threading
import time

from ovsdb import WRITES, split_messages


class Request:
    """One request of the client."""

    def __init__(self, message, client):
        self.method = message.get('method')
        self.id = message.get('id')
        self.client = client
        self.operations = []
        if self.method == 'transact':
            self.operations = [op for op in message['params'][1:] if isinstance(op, dict)]
        self.answer = None
        self.number = 0            # among the transacts, from 1

    @property
    def writes(self):
        return [op for op in self.operations if op.get('op') in WRITES]

    @property
    def is_commit(self):
        return bool(self.writes)

    def __repr__(self):
        return '<%s %s>' % (self.method, [op.get('op') for op in self.operations])


class Proxy:
    """Listens at 'path' and passes on to the unix socket 'target'."""

    def __init__(self, path, target):
        self.path, self.target = path, target
        self.requests = []         # Request, in the order seen; echoes are not listed
        self.connections = 0
        self.rules = []            # [action, 'transact' or 'commit', how many to let pass]
        self.on_point = None       # called with 'request N', 'forwarded N', 'answered N'
        self.lock = threading.Lock()
        self.sockets = []
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(path)
        os.chmod(path, 0o777)
        self.listener.listen(64)
        self.closed = False
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def address(self):
        return 'unix:' + self.path

    @property
    def transacts(self):
        return [r for r in self.requests if r.method == 'transact']

    @property
    def commits(self):
        return [r for r in self.requests if r.is_commit]

    def clear(self):
        self.requests.clear()
        self.connections = 0

    def misbehave(self, action, on='commit', n=1):
        """At the n-th such request from now on, once.  Actions: 'drop-before', 'drop-after' (the
        connection, before or after the server carried it out), 'swallow' (the answer), 'hang'
        (neither pass on nor answer), 'delay=SECONDS' (before passing on)."""
        self.rules.append([action, on, n])

    def close(self):
        self.closed = True
        self.listener.close()
        for one in list(self.sockets):
            shut(one)
        os.unlink(self.path)

    def _accept(self):
        while not self.closed:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self.sockets += [client, server]
            self.connections += 1
            try:
                server.connect(self.target)
            except OSError:
                shut(client)
                continue
            pending = {}
            for work in (self._from_client, self._from_server):
                threading.Thread(target=work, args=(client, server, pending), daemon=True).start()

    def _rule_for(self, request):
        for rule in self.rules:
            if request.is_commit or (rule[1] == 'transact' and request.method == 'transact'):
                rule[2] -= 1
                if rule[2] == 0:
                    self.rules.remove(rule)
                    return rule[0]
        return None

    def _point(self, what, request):
        on_point = self.on_point
        if on_point and request.method == 'transact':
            return on_point('%s %d' % (what, request.number))
        return None

    def _from_client(self, client, server, pending):
        for message in read_messages(client):
            if 'method' not in message or message['method'] == 'echo':
                send(server, message)      # an answer to the server's echo, or one of its own
                continue
            request = Request(message, self.connections)
            with self.lock:
                self.requests.append(request)
                request.number = len(self.transacts)
                action = self._rule_for(request)
            if self._point('request', request) == 'drop':
                action = 'drop-before'
            if action == 'hang':
                continue
            if action == 'drop-before':
                break
            if action and action.startswith('delay='):
                time.sleep(float(action.partition('=')[2]))
            pending[json.dumps(request.id)] = (request, action)
            send(server, message)
        shut(client)
        shut(server)

    def _from_server(self, client, server, pending):
        for message in read_messages(server):
            if message.get('method') is not None:     # echo, update
                send(client, message)
                continue
            request, action = pending.pop(json.dumps(message.get('id')), (None, None))
            if request:
                request.answer = message
                if self._point('forwarded', request) == 'drop':
                    action = 'drop-after'
            if action == 'swallow':
                continue
            if action == 'drop-after':
                break
            send(client, message)
            if request:
                self._point('answered', request)
        shut(client)
        shut(server)


def read_messages(connection):
    decoder, text = json.JSONDecoder(), ''
    while True:
        try:
            data = connection.recv(1 << 20)
        except OSError:
            return
        if not data:
            return
        messages, text = split_messages(decoder, text + data.decode())
        yield from messages


def send(connection, message):
    try:
        connection.sendall(json.dumps(message).encode())
    except OSError:
        shut(connection)


def shut(connection):
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    connection.close()
