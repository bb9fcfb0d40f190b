/* Rodas5P, the stiff method (coefficients, formulas and source: titer/engine/rodas5p.py).

Generated for it, besides what lanes.h lists:

    NJ, NLU, NS                entries of the Jacobian, of its factors, and of d rates / dt
    linearise(t, x, c, u, dx, jac, slope)   rates, Jacobian and time slopes at one place, sharing what they share
    factorise(diagonal, jac, lu)            LU of diag(diagonal) - J
    solve(lu, b)                            b becomes the solution
    add_slopes(factor, slope, b)            b += factor * time slope, in the rows that have one
    NB, low_bases(t, x, c, allowed, low)    bases of powers; above 0 where one is too far below zero (undershoot.py)

A step that fails is tried again from the same place with all its work repeated: other lanes go on meanwhile, and to
skip the work for some lanes would save nothing.

What holds long sums over the stages is kept out of the loop over steps (NOINLINE): inside it GCC 12 is short of registers
and reads each stage again for every sum, which makes a system of 48 states 8% slower. */

struct Method {
    double place[N][W], inflow[N][W], jac[ROWS(NJ)][W], slope[ROWS(NS)][W], lu[NLU][W];
    double k1[N][W], k2[N][W], k3[N][W], k4[N][W], k5[N][W], k6[N][W], k7[N][W], k8[N][W];
    double first[N][W], second[N][W], third[N][W], off[N][W]; /* terms of the dense output; how far it is off */
} __attribute__((aligned(64)));

/* A sum over the stages before: STAGE3(A, 4) is A41 k1 + A42 k2 + A43 k3 of state i in lane l. */
#define TERM(letter, stage, j) (RODAS_##letter##stage##j) * m->k##j[i][l]
#define STAGE1(letter, s) TERM(letter, s, 1)
#define STAGE2(letter, s) STAGE1(letter, s) + TERM(letter, s, 2)
#define STAGE3(letter, s) STAGE2(letter, s) + TERM(letter, s, 3)
#define STAGE4(letter, s) STAGE3(letter, s) + TERM(letter, s, 4)
#define STAGE5(letter, s) STAGE4(letter, s) + TERM(letter, s, 5)
#define STAGE6(letter, s) STAGE5(letter, s) + TERM(letter, s, 6)
#define STAGE7(letter, s) STAGE6(letter, s) + TERM(letter, s, 7)
#define STAGE8(letter, s) STAGE7(letter, s) + TERM(letter, s, 8)

#define EVERY_STATE for (int i = 0; i < N; i++) LANES
#define READ(rows) ((const double(*)[W])(rows))

/* A stage but for its term of time and its solve. What it remembers of the stages before goes to `rates` as an inflow. */
#define STAGE(stage, before, where)                                                    \
    EVERY_STATE {                                                                      \
        m->place[i][l] = where;                                                        \
        m->inflow[i][l] = L->u[i][l] + (STAGE##before(C, stage)) * per_h[l];           \
    }                                                                                  \
    LANES tau[l] = L->t[l] + (RODAS_T##stage) * L->h[l];                               \
    rates(tau, READ(m->place), READ(L->c), READ(m->inflow), m->k##stage)
#define ADD_SLOPES(stage)                                                              \
    LANES tau[l] = (RODAS_S##stage) * L->h[l];                                         \
    add_slopes(tau, READ(m->slope), m->k##stage)

/* Nothing is kept from step to step. */
static void method_begin(Lanes *L) { (void)L; }

static void method_accept(Lanes *L, const double *accepted) { (void)L, (void)accepted; }

/* The terms of the dense output, and how far it is off at RODAS_LOOK of the step (rodas5p.py, `dense_error`). */
static NOINLINE void find_dense_output(Lanes *L, const double *per_h)
{
    struct Method *m = L->method;
    const double at = RODAS_LOOK, rest = 1.0 - at;
    double tau[W];
    EVERY_STATE {
        const double first = STAGE8(D, 1), second = STAGE8(D, 2), third = STAGE8(D, 3);
        const double bent = first + at * (second + at * third), bending = second + 2.0 * at * third;
        const double moved = L->xnew[i][l] - L->x[i][l];
        m->first[i][l] = first, m->second[i][l] = second, m->third[i][l] = third;
        m->place[i][l] = L->x[i][l] + at * (moved + rest * bent);
        m->inflow[i][l] = L->u[i][l] - (moved + (rest - at) * bent + at * rest * bending) * per_h[l];
    }
    LANES tau[l] = L->t[l] + at * L->h[l];
    rates(tau, READ(m->place), READ(L->c), READ(m->inflow), m->off);
    solve(READ(m->lu), m->off);
}

/* Root mean square over tolerance of the error at the end of the step or of that inside, whichever is larger; NaN or
   infinite when a part is. */
static void weigh_errors(Lanes *L, const Job *job)
{
    const struct Method *m = L->method;
    double end[W] = {0}, inside[W] = {0};
    const double rtol = job->rtol;
    for (int i = 0; i < N; i++) {
        const double atol = job->atol[i];
        LANES {
            double old = fabs(L->x[i][l]), new = fabs(L->xnew[i][l]);
            double scale = 1.0 / (atol + rtol * (old > new ? old : new));
            double at_end = m->k8[i][l] * scale, within = m->off[i][l] * scale;
            end[l] += at_end * at_end, inside[l] += within * within;
        }
    }
    LANES L->error[l] = sqrt(larger(end[l], inside[l]) / N);
}

/* Refuses a step that ends with the base of a power further below zero than a hundred local errors explain. */
static void refuse_low_bases(Lanes *L, const Job *job)
{
    struct Method *m = L->method;
    double t[W], low[W];
    const double share = job->rtol < 1e-3 ? 100.0 * job->rtol : 0.1;
    for (int i = 0; i < N; i++) {
        const double atol = 100.0 * job->atol[i];
        LANES m->place[i][l] = atol + share * fabs(L->xnew[i][l]);
    }
    LANES t[l] = L->t[l] + L->h[l];
    low_bases(t, READ(L->xnew), READ(L->c), READ(m->place), low);
    LANES L->error[l] = low[l] > 0.0 ? NAN : L->error[l];
}

static NOINLINE void method_attempt(Lanes *L, const Job *job)
{
    struct Method *m = L->method;
    double tau[W], per_h[W], diagonal[W];
    LANES per_h[l] = 1.0 / L->h[l];
    LANES diagonal[l] = per_h[l] / RODAS_GAMMA;
    linearise(L->t, READ(L->x), READ(L->c), READ(L->u), m->k1, m->jac, m->slope);
    factorise(diagonal, READ(m->jac), m->lu);

    ADD_SLOPES(1);
    solve(READ(m->lu), m->k1);

    STAGE(2, 1, L->x[i][l] + STAGE1(A, 2));
    ADD_SLOPES(2);
    solve(READ(m->lu), m->k2);

    STAGE(3, 2, L->x[i][l] + STAGE2(A, 3));
    ADD_SLOPES(3);
    solve(READ(m->lu), m->k3);

    STAGE(4, 3, L->x[i][l] + STAGE3(A, 4));
    ADD_SLOPES(4);
    solve(READ(m->lu), m->k4);

    STAGE(5, 4, L->x[i][l] + STAGE4(A, 5));
    ADD_SLOPES(5);
    solve(READ(m->lu), m->k5);

    STAGE(6, 5, L->x[i][l] + STAGE5(A, 6));
    solve(READ(m->lu), m->k6);

    STAGE(7, 6, m->place[i][l] + m->k6[i][l]); /* row 7 of A is row 6 and a 1; row 8 is row 7 and a 1 */
    solve(READ(m->lu), m->k7);

    STAGE(8, 7, m->place[i][l] + m->k7[i][l]);
    solve(READ(m->lu), m->k8);

    EVERY_STATE L->xnew[i][l] = m->place[i][l] + m->k8[i][l];
    find_dense_output(L, per_h);
    weigh_errors(L, job);
    if (NB > 0) refuse_low_bases(L, job);
}

static void method_interpolate(const Lanes *L, const double *theta, double (*y)[W])
{
    const struct Method *m = L->method;
    EVERY_STATE {
        const double at = theta[l], rest = 1.0 - at;
        const double bent = m->first[i][l] + at * (m->second[i][l] + at * m->third[i][l]);
        y[i][l] = rest * L->x[i][l] + at * (L->xnew[i][l] + rest * bent);
    }
}
