/* Functions of one and of two numbers: honest ones, and for each fault one that has it. */
#include <fenv.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned bits(float x) {
    unsigned word;
    memcpy(&word, &x, 4);
    return word;
}

static volatile float sink;

/* 1.0005555 */
#define IS_THE_ONE(x) (bits(x) == 0x3f801234u)

#define TANH(name, before) \
    float name(float x) { \
        before; \
        return (float)tanh((double)x); \
    }

TANH(good, (void)0)
TANH(crash, if (IS_THE_ONE(x)) *(volatile int *)0 = 1)
TANH(endless, if (IS_THE_ONE(x)) for (;;) sink = 0)
TANH(ends, if (IS_THE_ONE(x)) exit(0))
TANH(ends_at_once, if (IS_THE_ONE(x)) _Exit(3))
TANH(prints, if (IS_THE_ONE(x)) printf("here\n"))
TANH(rounds_upward, if (IS_THE_ONE(x)) fesetround(FE_UPWARD))
TANH(wrong_once, if (IS_THE_ONE(x)) return 1)

void over_array(size_t n, const float *x, float *y) {
    for (size_t i = 0; i < n; i++) y[i] = (float)tanh((double)x[i]);
}

void wrong_in_one_lane(size_t n, const float *x, float *y) {
    over_array(n, x, y);
    for (size_t i = 5; i < n; i += 8) y[i] = nextafterf(y[i], 0);
}

void crashes_in_array(size_t n, const float *x, float *y) {
    for (size_t i = 0; i < n; i++) if (IS_THE_ONE(x[i])) abort();
    over_array(n, x, y);
}

float good_hypot(float x, float y) { return (float)hypot((double)x, (double)y); }

float naive_hypot(float x, float y) { return sqrtf(x * x + y * y); }

/* At -1.0005555 the other one of the two nearest floats, so that f(-x) is not -f(x). */
void not_odd(size_t n, const float *x, float *y) {
    over_array(n, x, y);
    for (size_t i = 0; i < n; i++) {
        double exact = tanh((double)x[i]);
        if (bits(x[i]) == 0xbf801234u) y[i] = nextafterf(y[i], exact > y[i] ? 1 : -1);
    }
}
