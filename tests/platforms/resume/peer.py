"""A client of resume.v1 in Python, made from docs/protocol.md alone. Needs `websockets` (python3-websockets).

peer.py URL USER COUNT: sends the numbers from 0 to COUNT - 1 through any number of connections, and prints
what happens as the events of tests/simulation/resume/history.ts, one JSON object a line.
"""
import asyncio, json, secrets, sys
import websockets

MARK = "\x01"

class Session:
    def __init__(self, url, user):
        self.url, self.user, self.token = url, user, secrets.token_urlsafe(16)
        self.n, self.is_new = 0, True
        self.acked = self.sent = self.ever = self.tx = self.rx = self.window = 0
        self.kept, self.socket = [], None

    def note(self, kind, **fields):
        print(json.dumps({"type": kind, "session": self.user, **fields}), flush=True)

    async def send(self, data):
        self.kept.append(data)
        self.tx += 1
        self.note("accepted", message=int(data))
        await self.pump()

    async def pump(self):
        while self.socket and self.sent < self.tx:
            flight = self.kept[: self.sent - self.acked + 1]
            cost = sum(len(data.encode()) + 16 for data in flight)
            if cost > self.window and len(flight) > 1:
                return
            self.sent += 1
            self.ever = max(self.ever, self.sent)
            data = flight[-1]
            await self.socket.send(MARK + data if data.startswith(MARK) else data)

    def confirm(self, rx, limit):
        if not self.acked <= rx <= limit:
            raise ValueError("a count that cannot be")
        del self.kept[: rx - self.acked]
        self.acked, self.sent = rx, max(self.sent, rx)

    async def run(self):
        while True:
            try:
                options = {"subprotocols": ["resume.v1"], "ping_interval": None, "close_timeout": 0.2}
                async with websockets.connect(self.url, **options) as socket:
                    await self.talk(socket)
            except (OSError, websockets.WebSocketException):
                pass
            self.socket = None
            await asyncio.sleep(0.02)

    async def talk(self, socket):
        self.n += 1
        hello = {"t": "hello", "v": 1, "s": self.token, "n": self.n, "rx": self.rx, "ack": self.acked}
        hello |= {"tx": self.ever, "new": self.is_new, "max": 1 << 20, "auth": self.user}
        await socket.send(MARK + json.dumps(hello))
        async for frame in socket:
            is_control = isinstance(frame, str) and frame[:1] == MARK and frame[1:2] != MARK
            if is_control:
                await self.control(socket, frame[1:])
                continue
            self.note("got", message=int(frame.removeprefix(MARK)))
            self.rx += 1
            # After each one is early enough for any rule.
            await socket.send(f"{MARK}A{self.rx}")

    async def control(self, socket, frame):
        if frame[0] == "A":
            self.confirm(int(frame[1:]), self.sent)
        elif frame[0] == "R":
            await socket.send(f"{MARK}A{self.rx}")
        else:
            control = json.loads(frame)
            if control["t"] != "ok":
                raise SystemExit(f"the session was lost: {frame}")
            self.confirm(control["rx"], self.ever)
            self.is_new, self.sent, self.window = False, self.acked, control["max"]
            self.socket = socket
        await self.pump()

async def main(url, user, count):
    session = Session(url, user)
    running = asyncio.create_task(session.run())
    for message in range(count):
        try:
            await session.send(str(message))
        except websockets.WebSocketException:
            pass  # It is kept, and sent again.
        await asyncio.sleep(0.003)
    while session.acked < session.tx and not running.done():
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.5)
    running.cancel()

asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
