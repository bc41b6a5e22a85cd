"""
The same no-op over 16 bytes by Python's own process pools, two workers. Prints name and µs an input. The inputs are
distinct: pickle sends an object that it has seen before as two bytes.
"""

import concurrent.futures
import multiprocessing
import sys
import time


def echo(b):
    return b


def report(name, n, run):
    inputs = [i.to_bytes(16, "big") for i in range(n)]
    run(inputs[:1000])  # start the workers
    began = time.perf_counter()
    run(inputs)
    print(f"{name}\t{(time.perf_counter() - began) / n * 1e6:.3f}", flush=True)


def main():
    scale = float(sys.argv[1])
    for chunk, n in ((1, 5_000), (16, 50_000), (128, 200_000), (2048, 400_000)):
        n = max(int(n * scale), 1000)
        with concurrent.futures.ProcessPoolExecutor(2) as pool:
            report(
                f"Python ProcessPoolExecutor.map, chunksize {chunk}", n,
                lambda inputs: sum(1 for _ in pool.map(echo, inputs, chunksize=chunk)),
            )
        with multiprocessing.Pool(2) as pool:
            report(
                f"Python multiprocessing.Pool.map, chunksize {chunk}", n,
                lambda inputs: len(pool.map(echo, inputs, chunksize=chunk)),
            )


if __name__ == "__main__":
    main()
