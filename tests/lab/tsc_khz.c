/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Print how many thousand times a second this machine's time stamp counter
 * ticks, or nothing when it is not steady. An emulated guest reads the same
 * counter, and on a busy host measures it wrongly at times: its clock then
 * runs many times too fast. The lab tells it the number instead.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>

struct sample {
    double nsec;
    double ticks;
};

static double now_nsec(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC_RAW, &t);
    return t.tv_sec * 1e9 + t.tv_nsec;
}

/* The counter and the time, read closest together of many tries. */
static struct sample take_sample(void)
{
    struct sample best = { 0, 0 };
    double best_gap = 1e18;

    for (int i = 0; i < 1000; i++) {
        double before = now_nsec();
        double ticks = (double)__rdtsc();
        double gap = now_nsec() - before;

        if (gap < best_gap) {
            best_gap = gap;
            best = (struct sample){ before + gap / 2, ticks };
        }
    }
    return best;
}

static double measure_khz(void)
{
    struct timespec pause = { 0, 50 * 1000 * 1000 };
    struct sample first = take_sample();

    nanosleep(&pause, NULL);
    struct sample last = take_sample();
    return (last.ticks - first.ticks) / (last.nsec - first.nsec) * 1e6;
}

int main(void)
{
    double khz = measure_khz();
    double again = measure_khz();

    if (khz < 1e5 || again > khz * 1.001 || again < khz * 0.999)
        return 1;
    printf("%.0f\n", (khz + again) / 2);
    return 0;
}
