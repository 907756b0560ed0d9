"""`python -m csp_link.fake --port 8901`: prints the address, then answers until it is ended."""

import argparse
import sys

from csp_link.fake.serving import Server
from csp_link.fake.world import World


def main() -> None:
    parser = argparse.ArgumentParser(prog="csp_link.fake", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 lets the system choose one")
    parser.add_argument("--host", default="127.0.0.1", help="where to listen")
    parser.add_argument("--customers", type=int, default=120, help="how many customers each partner has")
    parser.add_argument("--seed", default="cloudbroker", help="another word makes another world")
    given = parser.parse_args()
    with Server(given.port, World(given.seed, given.customers), given.host) as server:
        sys.stdout.write(f"http://{given.host}:{server.server_port}\n")
        sys.stdout.flush()
        server.serve_forever()


if __name__ == "__main__":
    main()
