/* Exponential, logarithm and power as straight-line code, so that loops over lanes vectorise.

Accuracy: exponential and logarithm within 1 unit in the last place or so (tests/test_kernel_code.py); power
within (2 + |b log a|) units. Special values as in C: exponential(-inf) = 0, logarithm(0) = -inf, logarithm(-1) = NaN,
power(0, b > 0) = 0, power(a, 0) = 1, power(-2, 3) = -8, power(-2, 0.5) = NaN; a NaN stays a NaN. Not as in C: -0 counts as 0
in powers, and results below the smallest normal number become 0.
Source: Cody-Waite reduction; series of exp; log after FreeBSD's e_log.c (its coefficients Lg1..Lg7). */

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

INLINE double from_bits(uint64_t bits) {
    double value;
    memcpy(&value, &bits, 8);
    return value;
}

INLINE uint64_t to_bits(double value) {
    uint64_t bits;
    memcpy(&bits, &value, 8);
    return bits;
}

/* first ? a : b, by bits. With the operator, GCC folds a later comparison of the result into a choice between booleans,
which it cannot vectorise (seen with GCC 12). */
INLINE double chosen(int first, double a, double b) {
    const uint64_t mask = -(uint64_t)(first != 0);
    return from_bits((to_bits(a) & mask) | (to_bits(b) & ~mask));
}

INLINE double exponential(double x) {
    const double magic = 0x1.8p52; /* adding it leaves the rounded integer in the low bits */
    const double shifted = x * 0x1.71547652b82fep0 + magic;
    const double n = shifted - magic;
    const double r = (x - n * 0x1.62e42fefa0000p-1) - n * 0x1.cf79abc9e3b39p-40;
    /* (exp(r) - 1 - r) / r^2, in pairs (Estrin): a chain of thirteen dependent operations would wait for itself */
    const double r2 = r * r, r4 = r2 * r2;
    const double p0 = 1.0 / 2.0 + r * (1.0 / 6.0), p1 = 1.0 / 24.0 + r * (1.0 / 120.0);
    const double p2 = 1.0 / 720.0 + r * (1.0 / 5040.0), p3 = 1.0 / 40320.0 + r * (1.0 / 362880.0);
    const double p4 = 1.0 / 3628800.0 + r * (1.0 / 39916800.0), p5 = 1.0 / 479001600.0 + r * (1.0 / 6227020800.0);
    const double q0 = p0 + r2 * p1, q1 = p2 + r2 * p3, q2 = p4 + r2 * p5;
    const double p = r + r2 * (q0 + r4 * (q1 + r4 * q2));
    const double scale = from_bits((to_bits(shifted) + 1022) << 52); /* 2^(n-1): reaches the largest numbers */
    double y = (scale + scale * p) * 2.0;
    y = chosen(x < -708.0, 0.0, y);
    y = chosen(x > 709.782712893384, INFINITY, y);
    return chosen(x != x, x, y);
}

INLINE double logarithm(double x) {
    const double small = x < 0x1p-1022 ? 1.0 : 0.0; /* subnormal: scaled up by 2^54 */
    const double a = small != 0.0 ? x * 0x1p54 : x;
    const uint64_t moved = to_bits(a) - 0x3fe6a09e667f3bcdULL + (1024ULL << 52);
    const uint64_t k_bits = moved >> 52;
    const double k = from_bits(k_bits | 0x4330000000000000ULL) - (0x1p52 + 1024.0) - 54.0 * small;
    const double m = from_bits(to_bits(a) - ((k_bits - 1024) << 52)); /* in [sqrt(1/2), sqrt(2)) */
    const double f = m - 1.0;
    const double s = f / (2.0 + f), z = s * s, w = z * z;
    const double t1 = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
    const double t2 = z * (6.666666666666735130e-01 + w * (2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)));
    const double half = 0.5 * f * f;
    double y = k * 6.93147180369123816490e-01 - ((half - (s * (half + t1 + t2) + k * 1.90821492927058770002e-10)) - f);
    y = chosen(x == INFINITY, x, y);
    y = chosen(x == 0.0, -INFINITY, y);
    y = chosen(x < 0.0, NAN, y);
    return chosen(x != x, x, y);
}

/* What a negative base makes of the sign: 1 for an even exponent, -1 for an odd one, NaN for one that is not whole. */
INLINE double parity(double b) {
    const double half = 0.5 * b;
    const double sign = chosen(floor(half) == half, 1.0, -1.0);
    return chosen(floor(b) == b, sign, NAN);
}

/* a^b; `sign` is parity(b), apart because exponents are mostly constants of a patient. */
INLINE double power(double a, double b, double sign) {
    const double size = exponential(b * logarithm(fabs(a)));
    const double y = chosen(a < 0.0, size * sign, size);
    return chosen(b == 0.0, 1.0, y);
}

/* NumPy's minimum and maximum: a NaN on either side stays. */
INLINE double smaller(double a, double b) { return chosen((a < b) | (a != a), a, b); }
INLINE double larger(double a, double b) { return chosen((a > b) | (a != a), a, b); }
