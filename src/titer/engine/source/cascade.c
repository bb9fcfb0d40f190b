/* The linear cascade y' = A y + b, A lower triangular and constant between events, stepped exactly.

With A V = V B, V unit lower triangular and B nearly diagonal, the modes z = V^-1 y run on their own:

    z_j(tau) = z_j exp(d_j tau) + b_j phi_j(tau),          phi_j = (exp(d_j tau) - 1) / d_j

Where two linked rates nearly coincide (absorption as fast as elimination) V would blow up. Their coupling g then stays
in B, and the second mode gets g (z_j phi_ij + b_j psi_ij), with phi_ij = (exp(d_i tau) - exp(d_j tau)) / (d_i - d_j) written
with sinh(u) / u, so that nothing cancels; psi_ij is its integral. A third rate at the same place in one chain is moved
away by 1e-5 of itself, which costs digits there and only there.

Generated: NL pairs LINK_ROW[k], LINK_COLUMN[k] (row is fed by column), DECAYS[j] (d_j can differ from 0), ALL_MODES,
STAGE_MODES and N_STAGE_MODES (modes behind what `rates` reads), stage_sum and full_sum (x from modes). Accuracy: tests/test_engine_closed_forms.py, 8 digits. */

#define NEAR 1e-3 /* relative distance below which two rates count as one; leaves 13 digits of V just above it */
#define APART 1e-5
#define NOINLINE __attribute__((noinline)) /* modes are rounded to memory, so that both versions below agree in every bit */

#if M > 0

static int near(double a, double b) { return fabs(a - b) <= NEAR * fmax(fabs(a), fabs(b)); }

static void move_apart(double *d)
{
    int paired[M] = {0};
    for (int k = 0; k < NL; k++) { /* sorted by row */
        const int i = LINK_ROW[k], j = LINK_COLUMN[k];
        if (!near(d[i], d[j])) continue;
        if (paired[i] || paired[j])
            d[i] += d[i] * APART * (1 + i);
        else
            paired[i] = paired[j] = 1;
    }
}

/* V and g from A; d holds the diagonal of A and may be moved. */
static void find_modes(const double *a, double *d, double *v, double *g)
{
    for (int i = 0; i < M; i++) d[i] = a[i * M + i];
    move_apart(d);
    memset(v, 0, M * M * sizeof *v);
    memset(g, 0, M * M * sizeof *g);
    int taken[M] = {0};
    for (int j = M - 1; j >= 0; j--) {
        v[j * M + j] = 1.0;
        for (int i = j + 1; i < M; i++) {
            double sum = 0.0;
            for (int k = j; k < i; k++) sum += a[i * M + k] * v[k * M + j];
            for (int k = j + 1; k < i; k++) sum -= v[i * M + k] * g[k * M + j];
            if (sum == 0.0) continue;
            if (near(d[i], d[j]) && !taken[i] && !taken[j]) {
                g[i * M + j] = sum;
                taken[i] = taken[j] = 1;
            } else
                v[i * M + j] = sum / (d[j] - d[i]);
        }
    }
}

/* z = V^-1 y, by substitution. */
static void to_modes(const double *v, const double *y, double *z)
{
    for (int i = 0; i < M; i++) {
        double sum = y[i];
        for (int j = 0; j < i; j++) sum -= v[i * M + j] * z[j];
        z[i] = sum;
    }
}

static void from_modes(const double *v, const double *z, double *y)
{
    for (int i = 0; i < M; i++) {
        double sum = z[i];
        for (int j = 0; j < i; j++) sum += v[i * M + j] * z[j];
        y[i] = sum;
    }
}

static NOINLINE void modes_plain(const Lanes *L, const double *tau, const int *modes, int n, double (*z)[W])
{
    for (int k = 0; k < n; k++) {
        const int j = modes[k];
        if (DECAYS[j])
            LANES z[j][l] = L->z[j][l] * exponential(L->d[j][l] * tau[l]);
        else
            LANES z[j][l] = L->z[j][l];
    }
}

INLINE double phi_one(double d, double tau, double grown)
{
    const double u = d * tau;
    const double series = tau * (1.0 + u * (0.5 + u * (1.0 / 6.0 + u * (1.0 / 24.0 + u * (1.0 / 120.0)))));
    return fabs(u) < 1e-3 ? series : (grown - 1.0) / d;
}

/* (exp(p tau) - exp(q tau)) / (p - q) for p and q close together */
INLINE double phi_two(double p, double q, double tau)
{
    const double u = 0.5 * (p - q) * tau, uu = u * u;
    const double ratio = 1.0 + uu * (1.0 / 6.0 + uu * (1.0 / 120.0 + uu * (1.0 / 5040.0 + uu / 362880.0)));
    return tau * exponential(0.5 * (p + q) * tau) * ratio;
}

INLINE double psi_two(double p, double q, double tau, double two)
{
    const double grown = exponential(q * tau), u = p * tau, w = q * tau;
    const double series = tau * tau * (0.5 + (u + w) / 6.0 + (u * u + u * w + w * w) / 24.0);
    return fabs(u) < 1e-3 ? series : (two - phi_one(q, tau, grown)) / p;
}

static NOINLINE void modes_general(const Lanes *L, const double *tau, double (*z)[W])
{
    for (int j = 0; j < M; j++)
        LANES {
            const double d = L->d[j][l], grown = exponential(d * tau[l]);
            z[j][l] = L->z[j][l] * grown + L->b[j][l] * phi_one(d, tau[l], grown);
        }
    for (int k = 0; k < NL; k++) {
        const int i = LINK_ROW[k], j = LINK_COLUMN[k];
        LANES {
            const double g = L->g[k][l], p = L->d[i][l], q = L->d[j][l];
            const double two = phi_two(p, q, tau[l]);
            const double fed = L->z[j][l] * two + L->b[j][l] * psi_two(p, q, tau[l], two);
            z[i][l] = g == 0.0 ? z[i][l] : z[i][l] + g * fed;
        }
    }
}

static void modes_at(const Lanes *L, const double *tau, const int *modes, int n, double (*z)[W])
{
    double special = 0.0;
    for (int l = 0; l < W; l++) special += L->special[l];
    if (special != 0.0)
        modes_general(L, tau, z);
    else
        modes_plain(L, tau, modes, n, z);
}

static void stage_states(const Lanes *L, const double *tau, double (*x)[W])
{
    double z[M][W] __attribute__((aligned(64)));
    if (N_STAGE_MODES == 0) return;
    modes_at(L, tau, STAGE_MODES, N_STAGE_MODES, z);
    stage_sum(L->v, z, x);
}

/* All cascade states at t + tau. */
static void cascade_states(const Lanes *L, const double *tau, double (*x)[W])
{
    double z[M][W] __attribute__((aligned(64)));
    modes_at(L, tau, ALL_MODES, M, z);
    full_sum(L->v, z, x);
}

static void advance_cascade(Lanes *L, const double *tau)
{
    double z[M][W] __attribute__((aligned(64)));
    modes_at(L, tau, ALL_MODES, M, z);
    memcpy(L->z, z, sizeof z);
}

#else

static void stage_states(const Lanes *L, const double *tau, double (*x)[W]) { (void)L, (void)tau, (void)x; }
static void cascade_states(const Lanes *L, const double *tau, double (*x)[W]) { (void)L, (void)tau, (void)x; }
static void advance_cascade(Lanes *L, const double *tau) { (void)L, (void)tau; }

#endif
