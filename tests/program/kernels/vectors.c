/* Functions of vectors: honest ones, and for each fault one that has it. */
#include <fenv.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static long at(int i, int n, int inc) { return (long)(inc > 0 ? i : i - n + 1) * inc; }

#define DOT(name, before) \
    float name(int n, const float *x, int incx, const float *y, int incy) { \
        double sum = 0; \
        before; \
        for (int i = 0; i < n; i++) sum += (double)x[at(i, n, incx)] * y[at(i, n, incy)]; \
        return (float)sum; \
    }

static void take_all(void) {
    for (;;) {
        volatile char *block = malloc(1 << 20);
        if (!block) abort();
        for (int i = 0; i < 1 << 20; i += 4096) block[i] = 1;
    }
}

static volatile float sink;

DOT(good, (void)0)
DOT(crash, if (n == 17) abort())
DOT(endless, if (n == 17) for (;;) sink = 0)
DOT(ends, if (n == 17) exit(0))
DOT(prints, if (n == 17) printf("n is 17\n"))
DOT(takes_all, if (n == 17) take_all())
DOT(rounds_upward, if (n == 17) fesetround(FE_UPWARD))
DOT(reads_behind, if (n > 0) sink = x[(long)(n - 1) * labs(incx) + 1])
DOT(reads_before, if (n > 0) sink = y[-1])
/* As a division by zero ends it, which compilers remove and some processors permit. */
DOT(divides, if (n == 17) raise(SIGFPE))
#ifdef __x86_64__
DOT(flushes, if (n == 17) __builtin_ia32_ldmxcsr(__builtin_ia32_stmxcsr() | 0x8040))
#endif

float forgets_the_tail(int n, const float *x, int incx, const float *y, int incy) {
    return good(n > 4 ? n - n % 4 : n, x, incx, y, incy);
}

void good_axpy(int n, float alpha, const float *x, int incx, float *y, int incy) {
    for (int i = 0; i < n; i++) y[at(i, n, incy)] = fmaf(alpha, x[at(i, n, incx)], y[at(i, n, incy)]);
}

void good_scal(int n, float alpha, float *x, int incx) {
    for (int i = 0; i < n; i++) x[at(i, n, incx)] *= alpha;
}

void writes_behind(int n, float alpha, float *x, int incx) {
    good_scal(n, alpha, x, incx);
    if (n > 0) x[(long)(n - 1) * labs(incx) + 1] = 0;
}

void loses_nan(int n, float alpha, float *x, int incx) {
    good_scal(n, alpha, x, incx);
    for (int i = 0; i < n; i++) if (x[at(i, n, incx)] != x[at(i, n, incx)]) x[at(i, n, incx)] = 0;
}

float good_nrm2(int n, const float *x, int incx) {
    double sum = 0;
    for (int i = 0; i < n; i++) sum += (double)x[at(i, n, incx)] * x[at(i, n, incx)];
    return (float)sqrt(sum);
}

float good_asum(int n, const float *x, int incx) {
    double sum = 0;
    for (int i = 0; i < n; i++) sum += fabsf(x[at(i, n, incx)]);
    return (float)sum;
}
