/* Rodas5P, the stiff method (coefficients, formulas and source: titer/engine/rodas5p.py).

Generated for it, besides what lanes.h lists:

    NJ, NLU, NS                entries of the Jacobian, of its factors, and of d rates / dt
    linearise(t, x, c, u, dx, jac, slope)   rates, Jacobian and time slopes at one place, sharing what they share
    factorise(diagonal, jac, lu)            LU of diag(diagonal) - J
    solve(lu, b)                            b becomes the solution
    add_slopes(factor, slope, b)            b += factor * time slope, in the rows that have one
    NB, low_bases(t, x, c, allowed, low)    bases of powers; above 0 where one is too far below zero (undershoot.py)

A step that fails is tried again from the same place with all its work repeated: other lanes go on meanwhile, and to
skip the work for some lanes would save nothing. */

struct Method {
    double dx[N][W], place[N][W], jac[ROWS(NJ)][W], slope[ROWS(NS)][W], lu[NLU][W];
    double k1[N][W], k2[N][W], k3[N][W], k4[N][W], k5[N][W], k6[N][W], k7[N][W], k8[N][W];
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

/* What a stage is made of: the rates at its place, its right-hand side, the term of time. */
#define RATES_AT(stage)                                                                \
    LANES tau[l] = L->t[l] + (RODAS_T##stage) * L->h[l];                               \
    rates(tau, READ(m->place), READ(L->c), READ(L->u), m->dx)
#define RIGHT_SIDE(stage, before)                                                     \
    EVERY_STATE m->k##stage[i][l] = m->dx[i][l] + (STAGE##before(C, stage)) * per_h[l]
#define ADD_SLOPES(stage)                                                              \
    LANES tau[l] = (RODAS_S##stage) * L->h[l];                                         \
    add_slopes(tau, READ(m->slope), m->k##stage)

/* Nothing is kept from step to step. */
static void method_begin(Lanes *L) { (void)L; }

static void method_accept(Lanes *L, const double *accepted) { (void)L, (void)accepted; }

/* Root mean square of the error over tolerance; NaN or infinite when a part is. */
static void weigh_error(Lanes *L, const Job *job)
{
    double sum[W] = {0};
    const double rtol = job->rtol;
    for (int i = 0; i < N; i++) {
        const double atol = job->atol[i];
        LANES {
            double old = fabs(L->x[i][l]), new = fabs(L->xnew[i][l]);
            double ratio = L->method->k8[i][l] / (atol + rtol * (old > new ? old : new));
            sum[l] += ratio * ratio;
        }
    }
    LANES L->error[l] = sqrt(sum[l] / N);
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

static void method_attempt(Lanes *L, const Job *job)
{
    struct Method *m = L->method;
    double tau[W], per_h[W], diagonal[W];
    LANES per_h[l] = 1.0 / L->h[l];
    LANES diagonal[l] = per_h[l] / RODAS_GAMMA;
    linearise(L->t, READ(L->x), READ(L->c), READ(L->u), m->k1, m->jac, m->slope);
    factorise(diagonal, READ(m->jac), m->lu);

    ADD_SLOPES(1);
    solve(READ(m->lu), m->k1);

    EVERY_STATE m->place[i][l] = L->x[i][l] + STAGE1(A, 2);
    RATES_AT(2);
    RIGHT_SIDE(2, 1);
    ADD_SLOPES(2);
    solve(READ(m->lu), m->k2);

    EVERY_STATE m->place[i][l] = L->x[i][l] + STAGE2(A, 3);
    RATES_AT(3);
    RIGHT_SIDE(3, 2);
    ADD_SLOPES(3);
    solve(READ(m->lu), m->k3);

    EVERY_STATE m->place[i][l] = L->x[i][l] + STAGE3(A, 4);
    RATES_AT(4);
    RIGHT_SIDE(4, 3);
    ADD_SLOPES(4);
    solve(READ(m->lu), m->k4);

    EVERY_STATE m->place[i][l] = L->x[i][l] + STAGE4(A, 5);
    RATES_AT(5);
    RIGHT_SIDE(5, 4);
    ADD_SLOPES(5);
    solve(READ(m->lu), m->k5);

    EVERY_STATE m->place[i][l] = L->x[i][l] + STAGE5(A, 6);
    RATES_AT(6);
    RIGHT_SIDE(6, 5);
    solve(READ(m->lu), m->k6);

    EVERY_STATE m->place[i][l] += m->k6[i][l]; /* row 7 of A is row 6 and a 1; row 8 is row 7 and a 1 */
    RATES_AT(7);
    RIGHT_SIDE(7, 6);
    solve(READ(m->lu), m->k7);

    EVERY_STATE m->place[i][l] += m->k7[i][l];
    RATES_AT(8);
    RIGHT_SIDE(8, 7);
    solve(READ(m->lu), m->k8);

    EVERY_STATE L->xnew[i][l] = m->place[i][l] + m->k8[i][l];
    weigh_error(L, job);
    if (NB > 0) refuse_low_bases(L, job);
}

static void method_interpolate(const Lanes *L, const double *theta, double (*y)[W])
{
    const struct Method *m = L->method;
    EVERY_STATE {
        double first = STAGE8(D, 1), second = STAGE8(D, 2), third = STAGE8(D, 3);
        double at = theta[l], rest = 1.0 - at;
        y[i][l] = rest * L->x[i][l] + at * (L->xnew[i][l] + rest * (first + at * (second + at * third)));
    }
}
