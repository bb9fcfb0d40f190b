/* The loop over lanes: patients in and out, events, outputs, watches, step size. Same for every method.

A patient is kept as one row of doubles between calls (RECORD). One pass of the loop attempts one step in every lane,
each with its own time and step; acceptance is a selection. What happens rarely (events, loading, crossings) is scalar
code for the lane concerned. */

enum {
    R_X = 0,
    R_C = R_X + N,
    R_KEPT = R_C + NC,
    R_U = R_KEPT + METHOD_KEPT, /* infusion rates into all states */
    R_Z = R_U + N,
    R_D = R_Z + M,
    R_V = R_D + M,
    R_G = R_V + M * M,
    R_B = R_G + M * M,
    R_A0 = R_B + M, /* constant inflow of the cascade */
    R_H = R_A0 + M, /* the next step */
    R_H_EVENT,      /* the step that suited after the last event */
    R_SPECIAL,      /* what the cascade needs: DECAY_ONLY, GENERAL or CROWDED */
    R_CROWDED,      /* 1 when its rates crowd */
    R_PREPARED,     /* 0 for a patient never loaded */
    R_FRESH,        /* 1 when L->kept has to be made */
    RECORD
};

#define SAFETY 0.9
#define SMALLEST_FACTOR 0.2
#define LARGEST_FACTOR 6.0
#define SMALLEST_ERROR 1e-8
#define FIRST_FACTOR 0.4      /* an error of 1% of the tolerance: 0.01^(1/5) */
#define YOUNG_STEPS 6.0       /* so many steps after an event grow by YOUNG_FACTOR at most */
#define YOUNG_FACTOR 1.5

typedef struct {
    double stop[W];      /* next event or the end */
    double h_next[W];    /* what the controller wants */
    double h_event[W];
    double due[W];       /* next output time, infinite when there is none */
    double busy[W];      /* 0: idle lane */
    double young[W];     /* steps still to be made carefully after an event */
    double refused[W];   /* 1: the last attempt was */
    double t_new[W], accepted[W];
    double z[ROWS(M)][W];      /* modes of the cascade at the end of the step */
    double cut[W];             /* 1: a terminal watch shortened the step, which then ends at x_cut */
    double x_cut[ROWS(NA)][W];
    double y[N][W], out[ROWS(NO)][W];
    int64_t patient[W], output[W], attempts[W], refusals[W];
    int64_t row_end[W];
} __attribute__((aligned(64))) Loop;

static double *record_of(const Job *job, int64_t patient) { return job->records + patient * RECORD; }

/* ---- the constants and modes of one patient, in its record ------------------------------------------------------ */

static void make_constants(const Job *job, int64_t patient)
{
    double *r = record_of(job, patient);
    double a[ROWS(M * M)] = {0};
    prepare(job->parameters + patient * NP, r + R_C, a, r + R_A0);
#if M > 0
    r[R_CROWDED] = find_modes(a, r + R_D, r + R_V, r + R_G);
#endif
}

static void make_forcing(double *r)
{
#if M > 0
    double inflow[M];
    for (int i = 0; i < M; i++) inflow[i] = r[R_A0 + i] + r[R_U + NA + i];
    to_modes(r + R_V, inflow, r + R_B);
    r[R_SPECIAL] = DECAY_ONLY;
    for (int i = 0; i < M; i++) r[R_SPECIAL] = r[R_B + i] != 0.0 ? GENERAL : r[R_SPECIAL];
    for (int i = 0; i < M * M; i++) r[R_SPECIAL] = r[R_G + i] != 0.0 ? GENERAL : r[R_SPECIAL];
    if (r[R_CROWDED] != 0.0) r[R_SPECIAL] = CROWDED;
#else
    (void)r;
#endif
}

static void cascade_to_record(double *r)
{
#if M > 0
    from_modes(r + R_V, r + R_Z, r + R_X + NA);
#else
    (void)r;
#endif
}

static void cascade_from_record(double *r)
{
#if M > 0
    to_modes(r + R_V, r + R_X + NA, r + R_Z);
#endif
    make_forcing(r);
}

/* ---- lane <-> record -------------------------------------------------------------------------------------------- */

static void to_rows(const double *from, double (*to)[W], int n, int l)
{
    for (int i = 0; i < n; i++) to[i][l] = from[i];
}

static void from_rows(double (*from)[W], double *to, int n, int l)
{
    for (int i = 0; i < n; i++) to[i] = from[i][l];
}

static void constants_to_lane(const double *r, Lanes *L, int l)
{
    to_rows(r + R_C, L->c, NC, l);
    to_rows(r + R_D, L->d, M, l);
    for (int k = 0; k < NL; k++) {
        L->v[k][l] = r[R_V + LINK_ROW[k] * M + LINK_COLUMN[k]];
        L->g[k][l] = r[R_G + LINK_ROW[k] * M + LINK_COLUMN[k]];
    }
}

static void states_to_lane(const double *r, Lanes *L, int l)
{
    to_rows(r + R_X, L->x, NA, l);
    to_rows(r + R_Z, L->z, M, l);
    to_rows(r + R_U, L->u, NA, l);
    to_rows(r + R_B, L->b, M, l);
    L->special[l] = r[R_SPECIAL];
}

static void states_to_record(Lanes *L, double *r, int l)
{
    from_rows(L->x, r + R_X, NA, l);
    from_rows(L->z, r + R_Z, M, l);
    cascade_to_record(r);
}

/* ---- events ----------------------------------------------------------------------------------------------------- */

/* One event, in the record. Returns whether constants changed. */
static int apply_event(const Job *job, int64_t patient, int64_t row, double *r, double *fresh)
{
    const int target = job->event_target[row], kind = job->event_kind[row];
    const double value = job->event_value[row];
    if (kind == BOLUS || kind == RESET) {
        r[R_X + target] = kind == BOLUS ? r[R_X + target] + value : value;
        if (READ_BY_RATES[target]) *fresh = 1.0;
    } else if (kind == RATE) {
        r[R_U + target] += value;
        if (target < NA) *fresh = 1.0;
    } else {
        job->parameters[patient * NP + target] = value;
        make_constants(job, patient);
        *fresh = 1.0;
    }
    return kind == SET;
}

static double next_stop(const Job *job, const Loop *loop, int l)
{
    const int64_t row = job->event_next[loop->patient[l]];
    const double time = row < loop->row_end[l] ? job->event_time[row] : INFINITY;
    return time < job->until ? time : job->until;
}

/* A step for the first event of a patient, when none is remembered: short beside the fastest mode of the cascade, since a
   step that is longer than a pulse of absorption does not see it and would be accepted; or 0, to be guessed. */
static double first_after_event(const double *r)
{
    double fastest = 0.0;
    for (int i = 0; i < M; i++) fastest = fmax(fastest, fabs(r[R_D + i]));
    return fastest > 0.0 ? 0.1 / fastest : 0.0;
}

/* Applies the events of this moment to lane l. Events at `until` wait for the next call. */
static void apply_events(const Job *job, Lanes *L, Loop *loop, int l)
{
    const int64_t patient = loop->patient[l];
    double *r = record_of(job, patient);
    int64_t row = job->event_next[patient];
    if (L->t[l] >= job->until || row >= loop->row_end[l] || job->event_time[row] > L->t[l]) return;
    states_to_record(L, r, l);
    int constants_changed = 0;
    for (; row < loop->row_end[l] && job->event_time[row] <= L->t[l]; row++)
        constants_changed |= apply_event(job, patient, row, r, &L->fresh[l]);
    job->event_next[patient] = row;
    cascade_from_record(r);
    states_to_lane(r, L, l);
    if (constants_changed) constants_to_lane(r, L, l);
    const double first = loop->h_event[l] > 0.0 ? loop->h_event[l] : first_after_event(r);
    loop->h_next[l] = loop->h_next[l] < first && loop->h_next[l] > 0.0 ? loop->h_next[l] : first;
    loop->young[l] = YOUNG_STEPS;
}

/* ---- outputs ---------------------------------------------------------------------------------------------------- */

/* Writes what loop->y holds, for the lanes that want it, and moves their next output time on. */
static void write_outputs(const Job *job, Lanes *L, Loop *loop, const double *want)
{
    observe(loop->due, (const double(*)[W])loop->y, (const double(*)[W])L->c, loop->out);
    for (int l = 0; l < W; l++) {
        if (want[l] == 0.0) continue;
        const int64_t k = loop->output[l]++;
        double *row = job->values + (loop->patient[l] * job->n_times + k) * NO;
        for (int i = 0; i < NO; i++) row[i] = loop->out[i][l];
        loop->due[l] = k + 1 < job->n_times ? job->times[k + 1] : INFINITY;
    }
}

/* Outputs inside the accepted steps, from the dense output; the end of a step is taken as it is. */
static void outputs_of_step(const Job *job, Lanes *L, Loop *loop)
{
    double want[W], theta[W], tau[W];
    for (;;) {
        double any = 0.0;
        LANES want[l] = (loop->accepted[l] != 0.0) & (loop->due[l] <= loop->t_new[l]) ? 1.0 : 0.0;
        for (int l = 0; l < W; l++) any += want[l];
        if (any == 0.0) return;
        LANES tau[l] = want[l] != 0.0 ? loop->due[l] - L->t[l] : 0.0;
        LANES theta[l] = want[l] != 0.0 ? tau[l] / L->h[l] : 0.0;
        method_interpolate(L, theta, loop->y);
        for (int i = 0; i < NA; i++)
            LANES loop->y[i][l] = (loop->due[l] == loop->t_new[l]) & (loop->cut[l] == 0.0) ? L->xnew[i][l] : loop->y[i][l];
        cascade_states(L, tau, loop->y);
        write_outputs(job, L, loop, want);
    }
}

/* Outputs at the moment a lane is loaded, before any event acts. */
static void outputs_at_start(const Job *job, Lanes *L, Loop *loop, int lane)
{
    double want[W] = {0}, none[W] = {0};
    want[lane] = 1.0;
    while (loop->due[lane] <= L->t[lane]) {
        memcpy(loop->y, L->x, sizeof L->x);
        cascade_states(L, none, loop->y);
        write_outputs(job, L, loop, want);
    }
}

static void forget_outputs(const Job *job, int64_t patient)
{
    double *row = job->values + patient * job->n_times * NO;
    for (int64_t i = 0; i < job->n_times * NO; i++) row[i] = NAN;
}

/* ---- watches ---------------------------------------------------------------------------------------------------- */

static double threshold_of(const Job *job, const Loop *loop, int64_t watch, int l)
{
    const int64_t place = watch * job->n_patients + loop->patient[l];
    return isnan(job->watch_found[place]) ? job->watch_threshold[place] : INFINITY;
}

/* State `state` of lane l at t + theta h. */
static double state_inside(Lanes *L, Loop *loop, int l, int state, double theta)
{
    double thetas[W] = {0}, tau[W] = {0};
    thetas[l] = theta;
    tau[l] = theta * L->h[l];
    if (state < NA)
        method_interpolate(L, thetas, loop->y);
    else
        cascade_states(L, tau, loop->y);
    return loop->y[state][l];
}

/* Fraction of the step at which a state reaches a level, between 0 (below) and 1 (not below): bisection with secants
   (Illinois), to 1e-13 of the step. */
static double locate(Lanes *L, Loop *loop, int l, int state, double level)
{
    double low = 0.0, high = 1.0;
    double below = state_inside(L, loop, l, state, 0.0) - level, above = state_inside(L, loop, l, state, 1.0) - level;
    if (below >= 0.0) return 0.0;
    if (!(above >= 0.0)) return 1.0;
    for (int k = 0, last = 0; k < 200 && high - low > 1e-13; k++) {
        double middle = k % 4 == 3 ? 0.5 * (low + high) : (low * above - high * below) / (above - below);
        if (!(middle > low && middle < high)) middle = 0.5 * (low + high);
        const double value = state_inside(L, loop, l, state, middle) - level;
        if (value >= 0.0) {
            high = middle, above = value;
            if (last == 1) below *= 0.5;
            last = 1;
        } else {
            low = middle, below = value;
            if (last == -1) above *= 0.5;
            last = -1;
        }
    }
    return high;
}

/* First the terminal watches, which shorten the step, then the others inside what is left of it. */
static void watch_lane(const Job *job, Lanes *L, Loop *loop, int l)
{
    const double t = L->t[l], h = L->h[l];
    double cut = loop->t_new[l];
    int64_t stopper = -1;
    for (int pass = 1; pass >= 0; pass--)
        for (int64_t w = 0; w < job->n_watches; w++) {
            if ((job->watch_terminal[w] != 0) != pass) continue;
            const double level = threshold_of(job, loop, w, l);
            const int state = job->watch_state[w];
            if (!isfinite(level) || !(state_inside(L, loop, l, state, 1.0) >= level)) continue;
            const double theta = locate(L, loop, l, state, level);
            const double day = theta >= 1.0 ? loop->t_new[l] : t + theta * h;
            if (day > cut) continue;
            if (pass) {
                if (stopper >= 0) job->watch_found[stopper * job->n_patients + loop->patient[l]] = NAN;
                cut = day, stopper = w;
            }
            job->watch_found[w * job->n_patients + loop->patient[l]] = day;
        }
    if (stopper < 0) return;
    double theta[W] = {0};
    theta[l] = (cut - t) / h;
    if (cut < loop->t_new[l]) {
        method_interpolate(L, theta, loop->y);
        for (int i = 0; i < NA; i++) loop->x_cut[i][l] = loop->y[i][l];
        loop->cut[l] = L->fresh[l] = 1.0;
    }
    loop->t_new[l] = cut;
    job->status[loop->patient[l]] = STOPPED;
    job->stopped_at[loop->patient[l]] = cut;
}

/* Looks, for all lanes at once, whether any watched state stands at or above its threshold at the end of the step. */
static void watches_of_step(const Job *job, Lanes *L, Loop *loop)
{
    int look[W] = {0}, any = 0, from_cascade = 0;
    for (int64_t w = 0; w < job->n_watches; w++) from_cascade |= job->watch_state[w] >= NA;
    if (from_cascade) cascade_states(L, L->h, loop->y);
    for (int64_t w = 0; w < job->n_watches; w++) {
        const int state = job->watch_state[w];
        const double *end = state < NA ? L->xnew[state < NA ? state : 0] : loop->y[state];
        for (int l = 0; l < W; l++)
            if (loop->accepted[l] != 0.0 && end[l] >= threshold_of(job, loop, w, l)) look[l] = any = 1;
    }
    if (!any) return;
    for (int l = 0; l < W; l++)
        if (look[l]) watch_lane(job, L, loop, l);
}

/* ---- patients in and out ---------------------------------------------------------------------------------------- */

static void take_lane(const Job *job, Lanes *L, Loop *loop, int l, int64_t patient)
{
    double *r = record_of(job, patient);
    loop->patient[l] = patient;
    loop->row_end[l] = job->event_end[patient];
    loop->busy[l] = 1.0;
    loop->young[l] = loop->refused[l] = 0.0;
    loop->attempts[l] = loop->refusals[l] = loop->output[l] = 0;
    if (r[R_PREPARED] == 0.0) {
        make_constants(job, patient);
        cascade_from_record(r);
        r[R_PREPARED] = r[R_FRESH] = 1.0;
    }
    constants_to_lane(r, L, l);
    states_to_lane(r, L, l);
    to_rows(r + R_KEPT, L->kept, METHOD_KEPT, l);
    L->t[l] = job->time;
    L->fresh[l] = r[R_FRESH];
    loop->h_next[l] = r[R_H];
    loop->h_event[l] = r[R_H_EVENT];
    loop->due[l] = job->n_times > 0 ? job->times[0] : INFINITY;
    outputs_at_start(job, L, loop, l);
    apply_events(job, L, loop, l);
    loop->stop[l] = next_stop(job, loop, l);
}

/* What a step cannot see: a dose so large that a state overflows, an end that does while the slopes are finite. */
static void check_finite(const Job *job, const double *r, double day, int64_t patient)
{
    double wrong = 0.0;
    for (int i = 0; i < N; i++) wrong += r[R_X + i] - r[R_X + i];
    if (wrong == 0.0 || (job->status[patient] != RUNNING && job->status[patient] != STOPPED)) return;
    job->status[patient] = NOT_FINITE;
    job->stopped_at[patient] = day;
}

static void leave_lane(const Job *job, Lanes *L, Loop *loop, int l)
{
    const int64_t patient = loop->patient[l];
    double *r = record_of(job, patient);
    states_to_record(L, r, l);
    check_finite(job, r, L->t[l], patient);
    from_rows(L->kept, r + R_KEPT, METHOD_KEPT, l);
    r[R_H] = loop->h_next[l];
    r[R_H_EVENT] = loop->h_event[l];
    r[R_FRESH] = L->fresh[l];
    job->steps[patient] += loop->attempts[l] - loop->refusals[l];
    job->rejected[patient] += loop->refusals[l];
    loop->busy[l] = 0.0;
}

/* The next patient who still runs, into lane l; 0 when there is none. */
static int refill(const Job *job, Lanes *L, Loop *loop, int l)
{
    for (;;) {
        const int64_t patient = __atomic_fetch_add(job->next, 1, __ATOMIC_RELAXED);
        if (patient >= job->n_patients) {
            loop->due[l] = INFINITY;
            return 0;
        }
        forget_outputs(job, patient);
        if (job->status[patient] != RUNNING) continue;
        take_lane(job, L, loop, l, patient);
        if (L->t[l] < job->until) return 1;
        leave_lane(job, L, loop, l);
    }
}

/* ---- steps ------------------------------------------------------------------------------------------------------ */

/* First guess of a step where there is none yet: 1% of the time in which the state would change by itself.
   Source: Hairer, Norsett, Wanner, Solving Ordinary Differential Equations I, section II.4 (first part). */
static void guess_steps(const Job *job, Lanes *L, Loop *loop)
{
    double size[W] = {0}, slope[W] = {0}, none[W] = {0};
    double f[ROWS(NA)][W] __attribute__((aligned(64)));
    memcpy(loop->y, L->x, sizeof L->x);
    stage_states(L, none, loop->y);
    rates(L->t, (const double(*)[W])loop->y, (const double(*)[W])L->c, (const double(*)[W])L->u, f);
    for (int i = 0; i < NA; i++)
        LANES {
            const double scale = 1.0 / (job->atol[i] + job->rtol * fabs(L->x[i][l]));
            size[l] += L->x[i][l] * scale * L->x[i][l] * scale;
            slope[l] += f[i][l] * scale * f[i][l] * scale;
        }
    for (int l = 0; l < W; l++) {
        if (loop->h_next[l] > 0.0) continue;
        const double ratio = sqrt(size[l] / slope[l]);
        loop->h_next[l] = ratio > 1e-5 && isfinite(ratio) ? 0.01 * ratio : 1e-6;
        if (NA == 0 || slope[l] == 0.0) loop->h_next[l] = 1.0;
    }
}

static void choose_steps(const Job *job, Lanes *L, Loop *loop)
{
    const double largest = job->max_step > 0.0 ? job->max_step : INFINITY, fixed = job->fixed_step;
    LANES {
        const double left = loop->stop[l] - L->t[l];
        double h = loop->h_next[l] < largest ? loop->h_next[l] : largest;
        h = fixed > 0.0 ? fixed : h;
        const double half = fixed > 0.0 ? h : 0.5 * left; /* two equal steps rather than a long one and a scrap */
        h = h * 1.0000001 >= left ? left : (h > half ? half : h);
        L->h[l] = loop->busy[l] != 0.0 ? h : 0.0;
        loop->t_new[l] = h == left ? loop->stop[l] : L->t[l] + h;
    }
}

/* Accepts or refuses, and chooses the next step from the error. Where a pulse begins, estimates say little: the first step
   after an event is the one that suited the event before, at a hundredth of the error allowed, and the next ones grow
   slowly. Measured on rd168: ten times less error for 15% more steps.
   Tried and left: a proportional-integral controller, which lags behind steps that grow geometrically after each dose. */
static void judge_steps(const Job *job, Lanes *L, Loop *loop)
{
    const double always = job->fixed_step > 0.0 ? INFINITY : 1.0; /* the largest error accepted */
    LANES {
        const double error = L->error[l], h = L->h[l], wanted = loop->h_next[l], busy = loop->busy[l];
        const double young = loop->young[l], refused = loop->refused[l], h_event = loop->h_event[l];
        const double finite = error - error == 0.0 ? 1.0 : 0.0;
        const double known = finite != 0.0 ? error : 1e300;
        const double ok = known <= always ? busy * finite : 0.0;
        const double log_error = logarithm(known > SMALLEST_ERROR ? known : SMALLEST_ERROR);
        const double best = SAFETY * exponential(log_error * (-1.0 / METHOD_ORDER));
        const double bounded = best < SMALLEST_FACTOR ? SMALLEST_FACTOR : (best > LARGEST_FACTOR ? LARGEST_FACTOR : best);
        const double most = refused != 0.0 ? 1.0 : (young > 0.0 ? YOUNG_FACTOR : LARGEST_FACTOR);
        const double grown = h * (bounded > most ? most : bounded);
        /* a step shortened to meet an event says little: what was wanted before stays, unless the error speaks against it */
        const double remembered = wanted < best * h ? wanted : best * h;
        const double next = remembered > grown ? remembered : grown;
        const double shortened = h < 0.999 * wanted ? next : grown;
        loop->h_event[l] = young * ok == YOUNG_STEPS ? h * bounded * FIRST_FACTOR : h_event;
        loop->young[l] = ok != 0.0 ? (young > 1.0 ? young - 1.0 : 0.0) : young;
        loop->h_next[l] = ok != 0.0 ? shortened : h * bounded;
        loop->refused[l] = ok != 0.0 ? 0.0 : 1.0;
        loop->accepted[l] = ok;
        loop->cut[l] = L->fresh[l] = 0.0;
    }
}

static int any_lane(const double *flags)
{
    double sum = 0.0;
    for (int l = 0; l < W; l++) sum += flags[l];
    return sum != 0.0;
}

/* The cascade at the end of the step. Where it overflows or is not a number the step is refused, like any other. */
static void attempt_cascade(Lanes *L, Loop *loop)
{
    if (M == 0) return;
    double tau[W], wrong[W] = {0};
    LANES tau[l] = loop->busy[l] != 0.0 ? loop->t_new[l] - L->t[l] : 0.0;
    cascade_modes(L, tau, loop->z);
    for (int i = 0; i < M; i++) LANES wrong[l] += loop->z[i][l] - loop->z[i][l];
    LANES L->error[l] = wrong[l] == 0.0 ? L->error[l] : NAN;
}

/* Ends the step where a terminal watch cut it. This comes after the outputs: what they are read from is the whole step. */
static void cut_steps(Lanes *L, Loop *loop)
{
    double tau[W];
    for (int i = 0; i < NA; i++)
        LANES L->xnew[i][l] = loop->cut[l] != 0.0 ? loop->x_cut[i][l] : L->xnew[i][l];
    LANES tau[l] = loop->busy[l] != 0.0 ? loop->t_new[l] - L->t[l] : 0.0;
    cascade_modes(L, tau, loop->z);
}

static void move_lanes(Lanes *L, Loop *loop)
{
    if (any_lane(loop->cut)) cut_steps(L, loop);
    method_accept(L, loop->accepted);
    for (int i = 0; i < M; i++)
        LANES L->z[i][l] = loop->accepted[l] != 0.0 ? loop->z[i][l] : L->z[i][l];
    for (int i = 0; i < NA; i++)
        LANES L->x[i][l] = loop->accepted[l] != 0.0 ? L->xnew[i][l] : L->x[i][l];
    LANES L->t[l] = loop->accepted[l] != 0.0 ? loop->t_new[l] : L->t[l];
}

static int failure_of(const Job *job, const Lanes *L, const Loop *loop, int l)
{
    if (loop->accepted[l] == 0.0 && job->fixed_step > 0.0) return NOT_FINITE; /* all else is accepted */
    if (loop->accepted[l] == 0.0 && !(L->h[l] > 1e-15 * fabs(L->t[l]) + 1e-30))
        return L->error[l] - L->error[l] == 0.0 ? STEP_TOO_SMALL : NOT_FINITE;
    return loop->attempts[l] >= job->max_steps && L->t[l] < job->until ? TOO_MANY_STEPS : RUNNING;
}

/* Lanes that reached their stop, failed, or were ended by a watch. Returns the number of lanes that are still busy. */
static int settle_lanes(const Job *job, Lanes *L, Loop *loop)
{
    int busy = 0;
    for (int l = 0; l < W; l++) {
        if (loop->busy[l] == 0.0) continue;
        loop->attempts[l]++;
        loop->refusals[l] += loop->accepted[l] == 0.0;
        const int failure = failure_of(job, L, loop, l);
        const int64_t patient = loop->patient[l];
        if (failure != RUNNING) {
            job->status[patient] = failure;
            job->stopped_at[patient] = L->t[l];
        }
        if (job->status[patient] == RUNNING && L->t[l] < loop->stop[l]) {
            busy++;
            continue;
        }
        if (job->status[patient] == RUNNING && L->t[l] < job->until) {
            apply_events(job, L, loop, l);
            loop->stop[l] = next_stop(job, loop, l);
            busy++;
            continue;
        }
        leave_lane(job, L, loop, l);
        busy += refill(job, L, loop, l);
    }
    return busy;
}

static int any_without_step(const Loop *loop)
{
    int found = 0;
    for (int l = 0; l < W; l++) found |= (loop->busy[l] != 0.0) & !(loop->h_next[l] > 0.0);
    return found;
}

static void run(const Job *job, Lanes *L, Loop *loop)
{
    int busy = 0;
    for (int l = 0; l < W; l++) busy += refill(job, L, loop, l);
    while (busy > 0) {
        if (any_without_step(loop)) guess_steps(job, L, loop);
        if (any_lane(L->fresh)) method_begin(L);
        choose_steps(job, L, loop);
        method_attempt(L, job);
        attempt_cascade(L, loop);
        judge_steps(job, L, loop);
        if (job->n_watches > 0) watches_of_step(job, L, loop);
        if (job->n_times > 0) outputs_of_step(job, L, loop);
        move_lanes(L, loop);
        busy = settle_lanes(job, L, loop);
    }
}

/* ---- what Python calls ------------------------------------------------------------------------------------------ */

static void *zeroed(size_t size)
{
    const size_t rounded = (size + 63) / 64 * 64;
    void *memory = aligned_alloc(64, rounded);
    if (memory) memset(memory, 0, rounded);
    return memory;
}

/* Takes patients from job->next until there are no more. 0, or 1 when there was no memory. */
int titer_run(const Job *job)
{
    Lanes *L = zeroed(sizeof *L);
    Loop *loop = zeroed(sizeof *loop);
    struct Method *method = zeroed(sizeof *method);
    const int failed = !L || !loop || !method;
    if (!failed) {
        L->method = method;
        run(job, L, loop);
    }
    free(L), free(loop), free(method);
    return failed;
}

int titer_record_size(void) { return RECORD; }
int titer_lanes(void) { return W; }
int titer_job_size(void) { return (int)sizeof(Job); }

/* Rates of all states at one place, for tests: the method's part and the cascade's, in internal order. */
void titer_rates(double t, const double *states, const double *parameters, double *result)
{
    double x[N][W], c[ROWS(NC)][W], u[ROWS(NA)][W], f[ROWS(NA)][W], ts[W], constants[ROWS(NC)];
    double a[ROWS(M * M)] = {0}, inflow[ROWS(M)] = {0};
    prepare(parameters, constants, a, inflow);
    for (int l = 0; l < W; l++) {
        ts[l] = t;
        for (int i = 0; i < N; i++) x[i][l] = states[i];
        for (int i = 0; i < NC; i++) c[i][l] = constants[i];
        for (int i = 0; i < NA; i++) u[i][l] = 0.0;
    }
    rates(ts, (const double(*)[W])x, (const double(*)[W])c, (const double(*)[W])u, f);
    for (int i = 0; i < NA; i++) result[i] = f[i][0];
    for (int i = 0; i < M; i++) {
        result[NA + i] = inflow[i];
        for (int j = 0; j <= i; j++) result[NA + i] += a[i * M + j] * states[NA + j];
    }
}
