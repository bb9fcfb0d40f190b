/* The linear cascade y' = A y + b, A lower triangular and constant between events, stepped exactly.

With A V = V B, V unit lower triangular and B nearly diagonal, the modes z = V^-1 y run on their own:

    z_j(tau) = z_j exp(d_j tau) + b_j phi_j(tau),          phi_j = (exp(d_j tau) - 1) / d_j

Where two linked rates nearly coincide (absorption as fast as elimination) V would blow up. Their coupling g then stays
in B, and the second mode gets g (z_j phi_ij + b_j psi_ij), with phi_ij = (exp(d_i tau) - exp(d_j tau)) / (d_i - d_j) written
with sinh(u) / u, so that nothing cancels; psi_ij is its integral.

Where three rates of a chain crowd, or they lie so close that V loses more than four digits, no modes are used: V is the
identity, g holds A off the diagonal, and the exponential of A tau itself is taken (`crowded_lane`), for that patient only.

Generated: NL pairs LINK_ROW[k], LINK_COLUMN[k] (row is fed by column), DECAYS[j] (d_j can differ from 0), ALL_MODES,
STAGE_MODES and N_STAGE_MODES (modes behind what `rates` reads), stage_sum and full_sum (x from modes). Accuracy: tests/test_engine_closed_forms.py, 8 digits. */

#define NEAR 1e-3 /* relative distance below which two rates count as one; leaves 13 digits of V just above it */
#define LARGEST_GROWTH 1e4 /* of terms over what they sum to, when states are written in modes: 12 digits are left */
#define NOINLINE __attribute__((noinline)) /* modes are rounded to memory, so that both versions below agree in every bit */
#define COLD __attribute__((noinline, cold)) /* runs once a patient, or for few patients: small rather than fast */

/* What a patient's cascade needs (L->special): decays alone; inflow or a pair of coinciding rates too; the exponential of A. */
#define DECAY_ONLY 0.0
#define GENERAL 1.0
#define CROWDED 2.0

#if M > 0

static int near(double a, double b) { return fabs(a - b) <= NEAR * fmax(fabs(a), fabs(b)); }

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

/* V and g from A and its diagonal d, or 0 where a third rate comes near a pair. One rate is in one pair at most. */
static COLD int pair_modes(const double *a, const double *d, double *v, double *g)
{
    int taken[M] = {0};
    memset(v, 0, M * M * sizeof *v);
    memset(g, 0, M * M * sizeof *g);
    for (int j = M - 1; j >= 0; j--) {
        v[j * M + j] = 1.0;
        for (int i = j + 1; i < M; i++) {
            double sum = 0.0;
            for (int k = j; k < i; k++) sum += a[i * M + k] * v[k * M + j];
            for (int k = j + 1; k < i; k++) sum -= v[i * M + k] * g[k * M + j];
            if (sum == 0.0) continue;
            if (!near(d[i], d[j])) {
                v[i * M + j] = sum / (d[j] - d[i]);
                continue;
            }
            if (taken[i] || taken[j]) return 0;
            g[i * M + j] = sum;
            taken[i] = taken[j] = 1;
        }
    }
    return 1;
}

/* Whether |V| |V^-1| stays within LARGEST_GROWTH of what the states feed each other, whatever their units. */
static COLD int keeps_digits(const double *a, const double *d, const double *v)
{
    for (int j = 0; j < M; j++) {
        double unit[M] = {0}, w[M], fed[M] = {0};
        unit[j] = fed[j] = 1.0;
        to_modes(v, unit, w);
        for (int i = j + 1; i < M; i++) {
            double terms = 0.0;
            for (int k = j; k < i; k++) fed[i] += fabs(a[i * M + k]) * fed[k];
            const double rate = fmax(fabs(d[i]), fabs(d[j]));
            fed[i] = rate > 0.0 ? fed[i] / rate : fed[i];
            for (int k = j; k <= i; k++) terms += fabs(v[i * M + k] * w[k]);
            if (terms > LARGEST_GROWTH * fed[i]) return 0;
        }
    }
    return 1;
}

/* d, V and g from A. Returns whether the rates crowd, so that V is the identity and g holds A off the diagonal. */
static COLD int find_modes(const double *a, double *d, double *v, double *g)
{
    double wrong = 0.0;
    for (int i = 0; i < M * M; i++) wrong += a[i] - a[i];
    for (int i = 0; i < M; i++) d[i] = wrong == 0.0 ? a[i * M + i] : NAN; /* then the first step is refused */
    if (pair_modes(a, d, v, g) && keeps_digits(a, d, v)) return 0;
    for (int i = 0; i < M; i++)
        for (int j = 0; j < M; j++) {
            v[i * M + j] = i == j;
            g[i * M + j] = i == j ? 0.0 : a[i * M + j];
        }
    return 1;
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

/* The exponential of a lower triangular matrix, by scaling and squaring.

Scaled by the diagonal alone: whatever the size of the other entries, an entry that takes p steps below the diagonal is
right to (1/2)^(n + 1) / (n + 1)!, n = DEGREE - p, of itself. Diagonals are exact at every squaring, so errors do not double.
Source: Higham, Functions of Matrices (2008), chapter 10; Taylor in place of Pade, since the matrix is small and triangular. */

#define K (M + 1)
#define DEGREE (M + 14)

static COLD void times(double (*left)[K], double (*right)[K], double (*product)[K])
{
    for (int i = 0; i < K; i++)
        for (int j = 0; j <= i; j++) {
            double sum = 0.0;
            for (int k = j; k <= i; k++) sum += left[i][k] * right[k][j];
            product[i][j] = sum;
        }
}

static COLD void matrix_exponential(double (*a)[K], double (*e)[K])
{
    double largest = 0.0, product[K][K], scale = 1.0;
    int squarings = 0;
    for (int i = 0; i < K; i++) largest = fmax(largest, fabs(a[i][i]));
    for (; scale * largest > 0.5 && squarings < 1100; squarings++) scale *= 0.5;
    for (int i = 0; i < K; i++)
        for (int j = 0; j <= i; j++) a[i][j] *= scale, e[i][j] = i == j;
    for (int n = DEGREE; n > 0; n--) {
        times(a, e, product);
        for (int i = 0; i < K; i++)
            for (int j = 0; j <= i; j++) e[i][j] = product[i][j] / n + (i == j);
    }
    for (; squarings > 0; squarings--) {
        times(e, e, product);
        for (int i = 0; i < K; i++) {
            for (int j = 0; j < i; j++) e[i][j] = product[i][j];
            a[i][i] *= 2.0, e[i][i] = exponential(a[i][i]);
        }
    }
}

/* States of a lane whose rates crowd; its modes are the states. The first row and column belong to the constant 1. */
static COLD void crowded_lane(const Lanes *L, double tau, int l, double (*z)[W])
{
    double a[K][K] = {{0}}, e[K][K];
    for (int i = 0; i < M; i++) a[i + 1][0] = L->b[i][l] * tau, a[i + 1][i + 1] = L->d[i][l] * tau;
    for (int k = 0; k < NL; k++) a[LINK_ROW[k] + 1][LINK_COLUMN[k] + 1] = L->g[k][l] * tau;
    matrix_exponential(a, e);
    for (int i = 0; i < M; i++) {
        double sum = e[i + 1][0];
        for (int j = 0; j <= i; j++) sum += e[i + 1][j + 1] * L->z[j][l];
        z[i][l] = sum;
    }
}

static void modes_at(const Lanes *L, const double *tau, const int *modes, int n, double (*z)[W])
{
    double special = DECAY_ONLY;
    for (int l = 0; l < W; l++) special = L->special[l] > special ? L->special[l] : special;
    if (special == DECAY_ONLY)
        modes_plain(L, tau, modes, n, z);
    else
        modes_general(L, tau, z);
    if (special == CROWDED)
        for (int l = 0; l < W; l++)
            if (L->special[l] == CROWDED) crowded_lane(L, tau[l], l, z);
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

/* All modes at t + tau. */
static void cascade_modes(const Lanes *L, const double *tau, double (*z)[W]) { modes_at(L, tau, ALL_MODES, M, z); }

#else

static void stage_states(const Lanes *L, const double *tau, double (*x)[W]) { (void)L, (void)tau, (void)x; }
static void cascade_states(const Lanes *L, const double *tau, double (*x)[W]) { (void)L, (void)tau, (void)x; }
static void cascade_modes(const Lanes *L, const double *tau, double (*z)[W]) { (void)L, (void)tau, (void)z; }

#endif
