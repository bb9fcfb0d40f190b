/* The planned elimination read from tables, for systems whose straight-line code would be too long to compile.

About twice as slow as straight-line code on a 50-state system, and compiled in no time whatever the size. Tables (made by
titer/engine/stiff.py), in the order in which they are used:

    LU_START    row of `jac` that an entry starts from, or -1
    LU_FACTOR   entry whose value multiplies the result; NO_FACTOR for none, PIVOT for the diagonal: take the reciprocal
    LU_COUNT    how many products are subtracted; LU_PAIRS the pairs of entries
    BELOW_ROW, BELOW_COUNT, BELOW_PAIRS   forward: row of b, number of products, pairs (entry, row of b)
    ABOVE_ROW, ABOVE_COUNT, ABOVE_PAIRS, ABOVE_PIVOT   backward, and the entry that multiplies the result

Vectors of the processor's width are named here, because a sum over a table must stay in a register. */

#if W % 8 == 0 && defined __AVX512F__
#define PART 8
#elif W % 4 == 0
#define PART 4
#else
#define PART 1
#endif

typedef double Part __attribute__((vector_size(8 * PART), aligned(8), may_alias));

#define AT(rows, i) (*(Part *)((rows)[i] + first))

static void factorise(const double *diagonal, const double (*jac)[W], double (*lu)[W])
{
    for (int first = 0; first < W; first += PART) {
        const unsigned short *pair = LU_PAIRS;
        for (int k = 0; k < NLU; k++) {
            const int start = LU_START[k], factor = LU_FACTOR[k];
            Part value = {0};
            if (factor == PIVOT) value = *(const Part *)(diagonal + first);
            if (start >= 0) value -= AT(jac, start);
            for (int n = LU_COUNT[k]; n > 0; n--, pair += 2) value -= AT(lu, pair[0]) * AT(lu, pair[1]);
            if (factor == PIVOT) value = 1.0 / value;
            if (factor >= 0) value *= AT(lu, factor);
            AT(lu, k) = value;
        }
    }
}

static void solve(const double (*lu)[W], double (*b)[W])
{
    for (int first = 0; first < W; first += PART) {
        const unsigned short *pair = BELOW_PAIRS;
        for (int k = 0; k < N; k++) {
            Part value = AT(b, BELOW_ROW[k]);
            for (int n = BELOW_COUNT[k]; n > 0; n--, pair += 2) value -= AT(lu, pair[0]) * AT(b, pair[1]);
            AT(b, BELOW_ROW[k]) = value;
        }
        pair = ABOVE_PAIRS;
        for (int k = 0; k < N; k++) {
            Part value = AT(b, ABOVE_ROW[k]);
            for (int n = ABOVE_COUNT[k]; n > 0; n--, pair += 2) value -= AT(lu, pair[0]) * AT(b, pair[1]);
            AT(b, ABOVE_ROW[k]) = value * AT(lu, ABOVE_PIVOT[k]);
        }
    }
}
