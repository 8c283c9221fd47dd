"""What the server under test talks to: a web and TCP peer on every loopback address, and a mail server."""

import asyncio
import re
import time

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
DOWN = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Web(asyncio.Protocol):
    """Answers each request once. `dead` says whether the address that was asked is broken now."""

    def __init__(self, dead) -> None:
        self.dead = dead

    def connection_made(self, transport: asyncio.Transport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        if data.endswith(b"\r\n\r\n"):
            address = self.transport.get_extra_info("sockname")[0]
            self.transport.write(DOWN if self.dead(address) else OK)
            self.transport.close()


async def web(dead=lambda address: False) -> tuple[asyncio.Server, int]:
    """The peer and its port."""
    server = await asyncio.get_running_loop().create_server(lambda: Web(dead), "0.0.0.0", 0, backlog=4096)
    return server, server.sockets[0].getsockname()[1]


class Mails(asyncio.Protocol):
    """As much SMTP as it takes to take mails; notes when each fault's mail had arrived whole."""

    def __init__(self, arrived: dict[int, float]) -> None:
        self.arrived, self.buffer, self.in_data = arrived, b"", False

    def connection_made(self, transport: asyncio.Transport) -> None:
        self.transport = transport
        transport.write(b"220 bench ready\r\n")

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while True:
            if self.in_data:
                mail, end, rest = self.buffer.partition(b"\r\n.\r\n")
                if not end:
                    return
                self.buffer, self.in_data = rest, False
                number = re.search(rb"\[F-(\d+)\]", mail)
                if number:
                    self.arrived.setdefault(int(number.group(1)), time.time())
                self.transport.write(b"250 taken\r\n")
                continue
            line, end, rest = self.buffer.partition(b"\r\n")
            if not end:
                return
            self.buffer = rest
            self.answer(line.upper())

    def answer(self, line: bytes) -> None:
        if line.startswith(b"EHLO"):
            self.transport.write(b"250-bench\r\n250 8BITMIME\r\n")
        elif line == b"DATA":
            self.in_data = True
            self.transport.write(b"354 go on\r\n")
        elif line == b"QUIT":
            self.transport.write(b"221 bye\r\n")
            self.transport.close()
        else:
            self.transport.write(b"250 ok\r\n")


async def mails() -> tuple[asyncio.Server, int, dict[int, float]]:
    """A mail server, its port, and when the first mail about each fault number had arrived."""
    arrived: dict[int, float] = {}
    server = await asyncio.get_running_loop().create_server(lambda: Mails(arrived), "127.0.0.1", 0)
    return server, server.sockets[0].getsockname()[1], arrived
