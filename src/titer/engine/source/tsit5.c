/* Tsit5: explicit Runge-Kutta of order 5 with embedded order 4, first same as last, dense output of order 4.

Source: Tsitouras Ch., Runge-Kutta pairs of order 5(4) satisfying only the first column simplifying assumption,
Comput. Math. Appl. 62 (2011) 770, doi 10.1016/j.camwa.2011.06.002. Order measured in tests/test_engine_order.py. */

struct Method {
    double k2[ROWS(NA)][W], k3[ROWS(NA)][W], k4[ROWS(NA)][W], k5[ROWS(NA)][W], k6[ROWS(NA)][W], k7[ROWS(NA)][W];
    double x[N][W];
} __attribute__((aligned(64)));

#define EVERY_STATE for (int i = 0; i < NA; i++) LANES

/* Rates at a stage: x of the stage is in m->x, the cascade is added, the result goes to k. */
static void stage_rates(Lanes *L, double c, double (*k)[W])
{
    struct Method *m = L->method;
    double tau[W], t[W];
    LANES tau[l] = c * L->h[l];
    LANES t[l] = L->t[l] + tau[l];
    stage_states(L, tau, m->x);
    rates(t, (const double(*)[W])m->x, (const double(*)[W])L->c, (const double(*)[W])L->u, k);
}

static void method_begin(Lanes *L)
{
    struct Method *m = L->method;
    EVERY_STATE m->x[i][l] = L->x[i][l];
    double none[W], t[W];
    LANES none[l] = 0.0;
    LANES t[l] = L->t[l];
    stage_states(L, none, m->x);
    rates(t, (const double(*)[W])m->x, (const double(*)[W])L->c, (const double(*)[W])L->u, m->k7);
    EVERY_STATE L->kept[i][l] = L->fresh[l] != 0.0 ? m->k7[i][l] : L->kept[i][l];
}

/* Norm of the error over tolerance, nearly its largest part; NaN or infinite when a part of it is. The root mean square
   lets one state that is wrong hide among many that rest: measured on rd168, it needs a tolerance three times smaller. */
static void weigh_error(Lanes *L, const Job *job)
{
    struct Method *m = L->method;
    const double rtol = job->rtol;
    double sum[W];
    LANES sum[l] = 0.0;
    for (int i = 0; i < NA; i++) {
        const double atol = job->atol[i];
        LANES {
            const double error = -0.00178001105222577714 * L->kept[i][l] - 0.0008164344596567469 * m->k2[i][l]
                + 0.007880878010261995 * m->k3[i][l] - 0.1447110071732629 * m->k4[i][l] + 0.5823571654525552 * m->k5[i][l]
                - 0.45808210592918697 * m->k6[i][l] + 0.015151515151515152 * m->k7[i][l];
            const double old = fabs(L->x[i][l]), new = fabs(L->xnew[i][l]);
            const double ratio = L->h[l] * error / (atol + rtol * (old > new ? old : new));
            const double square = ratio * ratio, fourth = square * square;
            sum[l] += fourth * fourth;
        }
    }
    LANES L->error[l] = sqrt(sqrt(sqrt(sum[l])));
}

static void method_attempt(Lanes *L, const Job *job)
{
    struct Method *m = L->method;
    double(*k1)[W] = L->kept;
    EVERY_STATE m->x[i][l] = L->x[i][l] + L->h[l] * (0.161 * k1[i][l]);
    stage_rates(L, 0.161, m->k2);
    EVERY_STATE m->x[i][l] = L->x[i][l] + L->h[l] * (-0.008480655492356989 * k1[i][l] + 0.335480655492357 * m->k2[i][l]);
    stage_rates(L, 0.327, m->k3);
    EVERY_STATE m->x[i][l] = L->x[i][l]
        + L->h[l] * (2.8971530571054935 * k1[i][l] - 6.359448489975075 * m->k2[i][l] + 4.3622954328695815 * m->k3[i][l]);
    stage_rates(L, 0.9, m->k4);
    EVERY_STATE m->x[i][l] = L->x[i][l]
        + L->h[l] * (5.325864828439257 * k1[i][l] - 11.748883564062828 * m->k2[i][l] + 7.4955393428898365 * m->k3[i][l]
            - 0.09249506636175525 * m->k4[i][l]);
    stage_rates(L, 0.9800255409045097, m->k5);
    EVERY_STATE m->x[i][l] = L->x[i][l]
        + L->h[l] * (5.86145544294642 * k1[i][l] - 12.92096931784711 * m->k2[i][l] + 8.159367898576159 * m->k3[i][l]
            - 0.071584973281401 * m->k4[i][l] - 0.028269050394068383 * m->k5[i][l]);
    stage_rates(L, 1.0, m->k6);
    EVERY_STATE L->xnew[i][l] = m->x[i][l] = L->x[i][l]
        + L->h[l] * (0.09646076681806523 * k1[i][l] + 0.01 * m->k2[i][l] + 0.4798896504144996 * m->k3[i][l]
            + 1.379008574103742 * m->k4[i][l] - 3.290069515436081 * m->k5[i][l] + 2.324710524099774 * m->k6[i][l]);
    double t[W]; /* the cascade is where it was one stage ago */
    LANES t[l] = L->t[l] + L->h[l];
    rates(t, (const double(*)[W])m->x, (const double(*)[W])L->c, (const double(*)[W])L->u, m->k7);
    weigh_error(L, job);
}

static void method_interpolate(const Lanes *L, const double *theta, double (*y)[W])
{
    const struct Method *m = L->method;
    double b1[W], b2[W], b3[W], b4[W], b5[W], b6[W], b7[W];
    LANES {
        const double s = theta[l], hs = L->h[l] * s;
        b1[l] = hs * (1.0 + s * (-2.763706197274826 + s * (2.9132554618219126 - 1.0530884977290216 * s)));
        b2[l] = hs * s * (0.1317 + s * (-0.2234 + 0.1017 * s));
        b3[l] = hs * s * (3.9302962368947516 + s * (-5.941033872131505 + 2.490627285651253 * s));
        b4[l] = hs * s * (-12.411077166933676 + s * (30.33818863028232 - 16.548102889244902 * s));
        b5[l] = hs * s * (37.50931341651104 + s * (-88.1789048947664 + 47.37952196281928 * s));
        b6[l] = hs * s * (-27.896526289197286 + s * (65.09189467479366 - 34.87065786149661 * s));
        b7[l] = hs * s * (1.5 + s * (-4.0 + 2.5 * s));
    }
    EVERY_STATE y[i][l] = L->x[i][l] + b1[l] * L->kept[i][l] + b2[l] * m->k2[i][l] + b3[l] * m->k3[i][l]
        + b4[l] * m->k4[i][l] + b5[l] * m->k5[i][l] + b6[l] * m->k6[i][l] + b7[l] * m->k7[i][l];
}

static void method_accept(Lanes *L, const double *accepted)
{
    struct Method *m = L->method;
    EVERY_STATE L->kept[i][l] = accepted[l] != 0.0 ? m->k7[i][l] : L->kept[i][l];
}
