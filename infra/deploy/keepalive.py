"""Connections to AWS that are silent for minutes: a NAT gateway forgets one after 350 seconds, and Linux asks after two hours."""

import socket

from botocore.awsrequest import AWSHTTPConnection, AWSHTTPConnectionPool, AWSHTTPSConnection, AWSHTTPSConnectionPool

# After how many silent seconds the other end is asked whether it is still there; macOS has another name for it.
SILENT = 60
IDLE = socket.TCP_KEEPIDLE if hasattr(socket, "TCP_KEEPIDLE") else socket.TCP_KEEPALIVE


class KeptAlive:
    """Asks early. botocore itself can only be told to ask at all."""

    def connect(self):
        super().connect()
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self.sock.setsockopt(socket.IPPROTO_TCP, IDLE, SILENT)


class KeptAliveConnection(KeptAlive, AWSHTTPConnection):
    """Without TLS."""


class KeptAliveTlsConnection(KeptAlive, AWSHTTPSConnection):
    """With TLS."""


def keep_alive():
    """From now on, all connections of this process are such ones."""
    AWSHTTPConnectionPool.ConnectionCls = KeptAliveConnection
    AWSHTTPSConnectionPool.ConnectionCls = KeptAliveTlsConnection
