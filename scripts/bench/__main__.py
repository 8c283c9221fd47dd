"""Measures a server over invented hosts on loopback. Called by scripts/bench.sh, which says with what.

CPU seconds are the server process's own, user and system; what answers its probes is this process. Memory is PSS. Times
from one process to another use the one wall clock that they share.
"""

import asyncio
import os
import sqlite3
import statistics
import sys
import threading
import time

import peers
from subject import Subject, lateness

INTERVAL_S = 10


def quantiles(values: list[float]) -> str:
    ordered = sorted(values)
    p95 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    return f"p50 {statistics.median(ordered):.3f} s, p95 {p95:.3f} s, max {ordered[-1]:.3f} s (n={len(ordered)})"


async def steady(binary: str, hosts: int, kinds: list[str], seconds: int) -> None:
    """Cost and punctuality when all is well."""
    peer, port = await peers.web()
    with await asyncio.to_thread(Subject, binary, hosts, kinds, port) as server:
        await asyncio.sleep(2 * INTERVAL_S)
        before, cpu = await asyncio.to_thread(server.metrics), server.cpu_s()
        await asyncio.sleep(seconds)
        after, cpu = await asyncio.to_thread(server.metrics), server.cpu_s() - cpu
        probes = after["faultdesk_probes_finished_total"] - before["faultdesk_probes_finished_total"]
        due = hosts * len(kinds) * seconds / INTERVAL_S
        print(f"{hosts} hosts, {' and '.join(kinds)} at {INTERVAL_S} s, {seconds} s measured:")
        print(f"  probes {probes:.0f} of {due:.0f} due; {cpu / probes * 1000:.3f} CPU s for 1,000; {cpu / seconds * 100:.1f} % of a core")
        print(f"  lateness p50 {lateness(before, after, 0.5)}, p99 {lateness(before, after, 0.99)}, all {lateness(before, after, 1.0)}")
        print(f"  memory {server.pss_mib():.1f} MiB; samples dropped {after['faultdesk_samples_dropped_total']:.0f}; serving after {server.serving_after:.2f} s", flush=True)
    peer.close()


async def death(binary: str, hosts: int) -> None:
    """Half of the hosts die at once: from the look that saw it to the fault row, the mail and the browser's event."""
    dead: set[str] = set()
    peer, port = await peers.web(lambda address: address in dead)
    mail_server, smtp, mailed = await peers.mails()
    subject = await asyncio.to_thread(Subject, binary, hosts, ["http"], port, INTERVAL_S, 1, smtp)
    await asyncio.to_thread(subject.add_engineer)
    with subject as server:
        cookie = await asyncio.to_thread(server.sign_in)
        heard: dict[int, float] = {}
        threading.Thread(target=server.follow, args=(cookie, heard), daemon=True).start()
        await asyncio.sleep(2 * INTERVAL_S)
        cpu, died = server.cpu_s(), time.time()
        dead.update(f"127.{1 + index // 65536}.{index // 256 % 256}.{index % 256}" for index in range(0, hosts, 2))
        await asyncio.sleep(INTERVAL_S + 5)
        cpu = server.cpu_s() - cpu
        with sqlite3.connect(f"file:{server.database()}?mode=ro", uri=True) as database:
            seen = {number: at / 1e6 for number, at in database.execute("SELECT number, confirmed_at FROM fault")}
        print(f"{len(dead)} of {hosts} hosts die at once (http at {INTERVAL_S} s, confirmed by the first look):")
        print(f"  faults {len(seen)}, mailed {len(mailed)}, heard by a browser's stream {len(heard)}; CPU {cpu:.2f} s in {INTERVAL_S + 5} s")
        print(f"  from death: last fault seen {max(seen.values()) - died:.1f} s, last mail {max(mailed.values()) - died:.1f} s, last event {max(heard.values()) - died:.1f} s")
        print(f"  look to mail at the mail server: {quantiles([at - seen[number] for number, at in mailed.items()])}")
        print(f"  look to event in the stream:     {quantiles([at - seen[number] for number, at in heard.items()])}")
        pages = [await asyncio.to_thread(server.get, "/board", cookie) for _ in range(20)]
        print(f"  board page with {len(seen)} open faults: {pages[0][0] / 1000:.0f} kB, median {statistics.median(took for _, took in pages) * 1000:.1f} ms", flush=True)
    peer.close()
    mail_server.close()


async def main(binary: str, seconds: int) -> None:
    print(f"machine: {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {binary}", flush=True)
    for kind in ["tcp", "http", "ping"]:
        await steady(binary, 1_000, [kind], seconds)
    await steady(binary, 1_000, ["http", "ping"], seconds)
    await steady(binary, 10_000, ["tcp"], seconds)
    await death(binary, 1_000)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
