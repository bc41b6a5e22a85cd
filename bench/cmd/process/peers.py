"""The same no-op over 16 bytes by Python's own process pools, two workers. Prints name and µs an input."""

import concurrent.futures
import multiprocessing
import sys
import time


def echo(b):
    return b


def report(name, n, run):
    run(1000)  # start the workers
    began = time.perf_counter()
    run(n)
    print(f"{name}\t{(time.perf_counter() - began) / n * 1e6:.3f}", flush=True)


def main():
    scale = float(sys.argv[1])
    for chunk, n in ((1, 5_000), (16, 50_000), (128, 200_000)):
        n = max(int(n * scale), 1000)
        with concurrent.futures.ProcessPoolExecutor(2) as pool:
            report(
                f"Python ProcessPoolExecutor.map, chunksize {chunk}", n,
                lambda n: sum(1 for _ in pool.map(echo, [bytes(16)] * n, chunksize=chunk)),
            )
        with multiprocessing.Pool(2) as pool:
            report(
                f"Python multiprocessing.Pool.map, chunksize {chunk}", n,
                lambda n: len(pool.map(echo, [bytes(16)] * n, chunksize=chunk)),
            )


if __name__ == "__main__":
    main()
