/* A wall clock that a test sets: CLOCK_REALTIME is ahead by as many seconds as the file CARELANE_TEST_CLOCK says.
 * Other clocks are left alone, as when somebody sets a machine's clock. LD_PRELOAD loads it. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int clock_gettime(clockid_t clock, struct timespec *time) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int outcome = real(clock, time);
    const char *path = getenv("CARELANE_TEST_CLOCK");
    if (outcome != 0 || clock != CLOCK_REALTIME || !path) return outcome;
    FILE *file = fopen(path, "r");
    long ahead = 0;
    if (file) {
        if (fscanf(file, "%ld", &ahead) != 1) ahead = 0;
        fclose(file);
    }
    time->tv_sec += ahead;
    return outcome;
}
