"""Listening sockets."""

from __future__ import annotations

import socket

from crm.settings import WrongSetting


def bind(host: str, port: int) -> socket.socket:
    """A listening socket. Raises WrongSetting when the port is in use or may not be used."""
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(2048)
    except OSError as error:
        listening.close()
        raise WrongSetting(
            f"port {port} on {host} cannot be used ({error.strerror}); choose another with --port"
        ) from error
    listening.setblocking(False)
    return listening
