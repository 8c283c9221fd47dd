"""Runs a server over HOSTS invented hosts, each with one http and one ping service at 10 s, and prints its cost.

CPU seconds are the server process's own (user + system); the web peer is another process. Memory is PSS.
"""

import asyncio
import os
import re
import subprocess
import sys
import tempfile
import urllib.request

PORT = 18099
INTERVAL_S = 10
WARM_UP_S = 2 * INTERVAL_S
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(ANSWER)
        await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    writer.close()


def cpu_seconds(pid: int) -> float:
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def pss_mib(pid: int) -> float:
    with open(f"/proc/{pid}/smaps_rollup") as file:
        kib = next(int(line.split()[1]) for line in file if line.startswith("Pss:"))
    return kib / 1024


def metrics(url: str) -> dict[str, float]:
    with urllib.request.urlopen(f"{url}/metrics", timeout=10) as response:
        lines = response.read().decode().splitlines()
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))}


def lateness(before: dict[str, float], after: dict[str, float], share: float) -> str:
    name = "faultdesk_probe_lateness_seconds"
    total = after[f"{name}_count"] - before[f"{name}_count"]
    for key, value in after.items():
        edge = re.match(name + r'_bucket\{le="([^"]+)"\}', key)
        if edge and share * total <= value - before[key]:
            return f"<= {edge.group(1)} s"
    return "unknown"


async def main(binary: str, hosts: int, seconds: int) -> None:
    peer = await asyncio.start_server(answer, "0.0.0.0", PORT, backlog=4096)
    with tempfile.TemporaryDirectory(prefix="faultdesk-bench-") as folder, open(f"{folder}/log", "w") as log:
        subprocess.run([binary, "seed", "load", "--hosts", str(hosts), "--services-per-host", "2", "--interval", str(INTERVAL_S), "--data-dir", folder], check=True, stderr=log)
        server = subprocess.Popen([binary, "serve", "--data-dir", folder, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            url = ""
            while not url:
                found = re.search(r"address\s+(http\S+)", server.stdout.readline())
                url = found.group(1) if found else ""
            await asyncio.sleep(WARM_UP_S)
            before, cpu = await asyncio.to_thread(metrics, url), cpu_seconds(server.pid)
            await asyncio.sleep(seconds)
            after, cpu = await asyncio.to_thread(metrics, url), cpu_seconds(server.pid) - cpu
            probes = after["faultdesk_probes_finished_total"] - before["faultdesk_probes_finished_total"]
            due = hosts * 2 * seconds / INTERVAL_S
            print(f"machine: {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {hosts} hosts, http and ping at {INTERVAL_S} s, {seconds} s measured")
            print(f"probes: {probes:.0f} of {due:.0f} due; {cpu / probes * 1000:.3f} CPU s for 1,000; {cpu / seconds * 100:.1f} % of a core")
            print(f"schedule lateness: p50 {lateness(before, after, 0.5)}, p99 {lateness(before, after, 0.99)}, all {lateness(before, after, 1.0)}")
            print(f"memory: {pss_mib(server.pid):.1f} MiB PSS; faults stored: {after['faultdesk_decisions_total']:.0f} decisions; samples dropped: {after['faultdesk_samples_dropped_total']:.0f}")
        finally:
            server.terminate()
            print(f"exit after SIGTERM: {server.wait(timeout=15)}")
    peer.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
