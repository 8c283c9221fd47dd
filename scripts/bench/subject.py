"""The server under test: a data folder of its own, its process, and what /proc and /metrics say of it."""

import contextlib
import json
import os
import re
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request

PASSWORD = "a long bench password"
EMAIL = "bench@faultdesk.example"


class Subject:
    """A server over an invented estate. Use as `with Subject(...) as server`."""

    def __init__(self, binary: str, hosts: int, kinds: list[str], port: int, interval: int = 10, attempts: int = 3, smtp: int | None = None, tickets: int = 0) -> None:
        self.binary, self.folder = binary, tempfile.TemporaryDirectory(prefix="faultdesk-bench-")
        self.environment = os.environ | {
            "FAULTDESK_DATA_DIR": self.folder.name,
            "FAULTDESK_SERVER__LISTEN": "127.0.0.1:0",
            "FAULTDESK_LOG__LEVEL": "warn",
            "FAULTDESK_MAIL__SUPPORT_ADDRESS": "support@faultdesk.example",
        }
        if smtp:
            self.environment["FAULTDESK_MAIL__SMTP_URL"] = f"smtp://127.0.0.1:{smtp}?tls=none"
        self.log = open(f"{self.folder.name}/log", "w")
        kinds = [word for kind in kinds for word in ("--kind", kind)]
        self.run("seed", "load", "--hosts", str(hosts), "--services-per-host", str(len(kinds) // 2), "--interval", str(interval), "--attempts", str(attempts), "--tickets", str(tickets), "--port", str(port), *kinds)

    def run(self, *words: str, given: str = "") -> None:
        subprocess.run([self.binary, *words], check=True, env=self.environment, input=given, text=True, stdout=self.log, stderr=self.log)

    def __enter__(self) -> "Subject":
        self.started = time.time()
        self.process = subprocess.Popen([self.binary, "serve"], env=self.environment, stdout=subprocess.PIPE, stderr=self.log, text=True)
        for line in self.process.stdout:
            if found := re.search(r"address\s+(http\S+)", line):
                self.url = found.group(1)
                self.serving_after = time.time() - self.started
                return self
        raise SystemExit(f"the server ended: {open(self.log.name).read()}")

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        code = self.process.wait(timeout=15)
        self.folder.cleanup()
        if code != 0:
            raise SystemExit(f"exit after SIGTERM: {code}")

    def cpu_s(self) -> float:
        with open(f"/proc/{self.process.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def pss_mib(self) -> float:
        with open(f"/proc/{self.process.pid}/smaps_rollup") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("Pss:")) / 1024

    def metrics(self) -> dict[str, float]:
        with urllib.request.urlopen(f"{self.url}/metrics", timeout=10) as response:
            lines = response.read().decode().splitlines()
        return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))}

    def database(self) -> str:
        return f"{self.folder.name}/faultdesk.db"

    def add_engineer(self) -> None:
        """Somebody who gets the mails and may see the board."""
        self.run("user", "add", "--name", "Bench", "--email", EMAIL, "--role", "administrator", "--password-stdin", given=PASSWORD)

    def sign_in(self) -> str:
        form = urllib.parse.urlencode({"email": EMAIL, "password": PASSWORD}).encode()
        request = urllib.request.Request(f"{self.url}/api/session/sign-in", form, {"Accept": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as response:
            return response.headers["Set-Cookie"].split(";")[0]

    def get(self, path: str, cookie: str, accept: str = "text/html") -> tuple[int, float]:
        """Bytes of the answer and seconds until the last of them."""
        began = time.perf_counter()
        with contextlib.closing(urllib.request.urlopen(urllib.request.Request(self.url + path, headers={"Cookie": cookie, "Accept": accept}), timeout=30)) as response:
            return len(response.read()), time.perf_counter() - began

    def follow(self, cookie: str, opened: dict[int, float]) -> None:
        """Notes when each fault's opening was heard on the live stream. Returns when the server ends."""
        request = urllib.request.Request(f"{self.url}/api/v1/live", headers={"Cookie": cookie})
        with contextlib.suppress(OSError, ValueError), urllib.request.urlopen(request, timeout=60) as response:
            for line in response:
                if line.startswith(b"data: {"):
                    change = json.loads(line[6:])["change"]
                    if change["kind"] == "fault" and change["row"]["cleared_at"] is None:
                        opened.setdefault(change["row"]["number"], time.time())


def lateness(before: dict[str, float], after: dict[str, float], share: float) -> str:
    """The edge below which this share of the probes started late."""
    name = "faultdesk_probe_lateness_seconds"
    total = after[f"{name}_count"] - before[f"{name}_count"]
    for key, value in after.items():
        edge = re.match(name + r'_bucket\{le="([^"]+)"\}', key)
        if edge and share * total <= value - before[key]:
            return f"<= {edge.group(1)} s"
    return "unknown"
