"""Measures the ticket queue with many open tickets. Called by scripts/bench.sh, which says with what.

Times are of one request after the other, from the first byte sent to the last byte read, on loopback.
"""

import json
import statistics
import sys
import urllib.parse
import urllib.request

from subject import Subject

HOSTS = 2_000
REQUESTS = 30
# Nothing listens there, and nothing looks before the measuring is over.
PORT, INTERVAL_S = 9, 86_400


def asked(query: str) -> str:
    return f"/api/queue/list?query={urllib.parse.quote(query)}"


def measure(server: Subject, cookie: str, name: str, path: str) -> None:
    accept = "application/json" if path.startswith("/api/") else "text/html"
    took = [server.get(path, cookie, accept) for _ in range(REQUESTS)]
    times = sorted(seconds * 1000 for _, seconds in took)
    print(f"  {name}: {took[0][0] / 1000:.0f} kB, median {statistics.median(times):.1f} ms, p95 {times[int(REQUESTS * 0.95)]:.1f} ms", flush=True)


def main(binary: str, tickets: int) -> None:
    subject = Subject(binary, HOSTS, ["tcp"], PORT, INTERVAL_S, tickets=tickets)
    subject.add_engineer()
    with subject as server:
        cookie = server.sign_in()
        request = urllib.request.Request(server.url + asked("view=time"), headers={"Cookie": cookie, "Accept": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as response:
            page = json.load(response)
        print(f"{page['total']} open tickets, {len(page['rows'])} on a page; groups {page['groups']}:")
        measure(server, cookie, "first page, data", asked("view=time"))
        measure(server, cookie, "second page, data", asked(f"view=time&after={page['next']}"))
        measure(server, cookie, "narrowed to one level and text, data", asked("view=time&cover=cat2&find=extension+2"))
        measure(server, cookie, "first page, rendered", "/tickets?view=time")
        measure(server, cookie, "search for two words, rendered", "/search?q=dialling+load")
        measure(server, cookie, "file of all", "/tickets.csv?view=time")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
