/* The lanes of a kernel, and what a stepping method supplies.

A kernel is one translation unit, put together in this order:

    generated  #defines of the system's sizes, `prepare`, `rates`, `observe`, (stiff: `factorise`, `solve`, ...)
               W            lanes worked on side by side
               N            states;  NA of them are stepped by the method, M = N - NA belong to the linear cascade
               NL           pairs of cascade states of which one feeds the other
               NP, NC, NO   parameters, constants made from them by `prepare`, outputs
    mathematics.h   exponential, logarithm, power that vectorise; written before the generated functions
    lanes.h    this file
    cascade.c  exact propagation of the linear cascade
    tsit5.c or rodas5p.c     the method
    lanes.c    the loop over lanes: patients in and out, events, outputs, watches, step size

Internal order of the states: 0 .. NA-1 are stepped by the method, NA .. N-1 are the cascade. The stiff method has M = 0.

Generated for every kernel (all lanes at once, straight-line code below `#pragma omp simd`):

    static void rates(const double *t, const double (*x)[W], const double (*c)[W], const double (*u)[W],
                      double (*dx)[W]);
        dx[i] = rate of state i (i < NA) + u[i];  x has N rows, of the cascade only those that rates read are filled;
        c the constants, u infusion rates into the states.  x and dx never overlap.

A method file supplies, and nothing else of it is called:

    struct Method { ... };          work space of one run (stages and so on), L->method; nothing in it survives a step
                                    other than for `method_interpolate` and `method_accept` of the same step
    static void method_begin(Lanes *L);
        fills L->kept (for all lanes, by selection where L->fresh[l] != 0): the patient is new, or an event changed its rates.
    static void method_attempt(Lanes *L, const Job *job);
        one step of every lane from L->t by L->h (idle lanes have h = 0: any finite or not finite result is ignored).
        Reads L->x, L->c, L->u, L->kept; calls stage_states(L, tau, x) before each `rates` when M > 0 (below).
        Writes L->xnew (NA rows) and L->error: the norm of the error over tolerance, accepted when <= 1. It must be
        NaN or infinite when any part of it is not finite (a sum of squares is; a maximum by comparison is not).
    static void method_interpolate(const Lanes *L, const double *theta, double (*y)[W]);
        y[i] = state i (i < NA) at t + theta h, of the step last attempted (called before `method_accept`).
    static void method_accept(Lanes *L, const double *accepted);
        keeps, by selection where accepted[l] != 0, what the next step needs (L->kept); x and t are moved by the loop.

(from generate.py, per method: #define METHOD_ORDER, the step becomes h * 0.9 * error^(-1 / METHOD_ORDER) or so, and
#define METHOD_KEPT, the rows of L->kept: what survives from step to step, also while the patient is stored; both
are known before this file.)

Rules. A lane's arithmetic must not depend on its neighbours: same operations for every lane, choice by selection
(`a ? b : c` on values already computed), no early exit. Branches on "any lane" may only skip work whose result is
unchanged when skipped. No allocation in a step. No -ffast-math: NaN must be seen.
*/

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define LANES _Pragma("omp simd") for (int l = 0; l < W; l++)
#define ROWS(count) ((count) > 0 ? (count) : 1) /* arrays of zero rows are not C */

enum { BOLUS = 0, RATE = 1, SET = 2, RESET = 3 };
enum { RUNNING = 0, TOO_MANY_STEPS = 1, STEP_TOO_SMALL = 2, NOT_FINITE = 3, STOPPED = 4 };

/* One call of `titer_run`; mirrored by titer.engine.kernel.Job. Shared by all threads of an advance. */
typedef struct {
    int64_t n_patients;
    int64_t *next;            /* the next patient to take, shared between threads */
    double time, until;       /* day; every running patient is at `time` */
    double rtol;
    const double *atol;       /* (N) internal order */
    double max_step, fixed_step; /* day; 0: no bound, adaptive */
    int64_t max_steps;        /* attempts per patient and call */
    double *records;          /* (n_patients, RECORD) what is kept of a patient */
    double *parameters;       /* (n_patients, NP); SET writes here */
    const int64_t *event_end; /* (n_patients) one past the last row of each patient */
    int64_t *event_next;      /* (n_patients) next row of each patient, moved on */
    const double *event_time;
    const int32_t *event_kind, *event_target; /* target: internal state, or parameter column for SET */
    const double *event_value;
    int64_t n_times;
    const double *times;      /* (n_times) day, not decreasing, within [time, until] */
    double *values;           /* (n_patients, n_times, NO) */
    int64_t n_watches;
    const int32_t *watch_state, *watch_terminal; /* (n_watches) */
    const double *watch_threshold;               /* (n_watches, n_patients) */
    double *watch_found;                         /* (n_watches, n_patients) day, NaN while not reached */
    int32_t *status;          /* (n_patients) */
    double *stopped_at;       /* (n_patients) day, NaN while running */
    int64_t *steps, *rejected; /* (n_patients) counts since the ensemble was made */
} Job;

struct Method;

/* W patients side by side. Rows are aligned to a vector; row [i][l] belongs to lane l. */
typedef struct {
    double t[W], h[W], error[W];  /* day; the step under way (0 for an idle lane) */
    double fresh[W];              /* 1 where method_begin has to act */
    double x[ROWS(N)][W];         /* states at t; cascade rows are filled when they are needed */
    double xnew[ROWS(NA)][W];
    double c[ROWS(NC)][W];        /* constants of the patient */
    double u[ROWS(NA)][W];        /* infusion rates, per day */
    double kept[ROWS(METHOD_KEPT)][W];
    /* the cascade, in modes z (cascade.c) */
    double z[ROWS(M)][W], d[ROWS(M)][W], b[ROWS(M)][W];
    double v[ROWS(NL)][W], g[ROWS(NL)][W]; /* of the linked pairs of modes */
    double special[W];            /* DECAY_ONLY, GENERAL (b or g is not zero) or CROWDED */
    struct Method *method;
} __attribute__((aligned(64))) Lanes;

/* Fills x[NA ..] with the cascade states that `rates` reads, at t + tau (day) of each lane; nothing to do when M = 0. */
static void stage_states(const Lanes *L, const double *tau, double (*x)[W]);
