"""Preventing exposure of an unborn child to the thalidomide class: the programmes of the United States and of the EU.

Answers:  who can become pregnant, tests before and during treatment, contraception, men, donation, dispensing,
          lactation.
Not for:  other teratogenic drugs; the paperwork of a country's own programme.
Assumed:  an exemption (surgery, ovarian failure, …) counts only where it is documented, as the labels have it;
          "sensitivity of at least 50 mIU/mL" means that 50 mIU/mL or less is found; a woman whose status is not known
          but who has both negative tests is not pregnant.
Conflict: two methods of contraception (US) or one (EU); two tests (US) or one (EU); who can still become pregnant;
          men's condoms and donation to 4 weeks (US) or 7 days (EU) after the last dose.
"""

from titer.clinic.safety.conditions import ALWAYS, Condition, documented, flag, number, some, word
from titer.clinic.safety.declare import SafetyRule
from titer.library.labels._sources import CLASS_EU, CLASS_US, REMS, label, memory

IMID = ("imid",)
WEEKS_4 = 28  # day
SENSITIVITY_US, SENSITIVITY_EU = 50.0, 25.0  # mIU/mL

FEMALE, MALE = word("sex", "female"), word("sex", "male")

# Who can become pregnant. Where nothing is known of menses, a woman below 50 can; from 50 on it is asked.
MENSES = flag("menses_last_24_months")
POSSIBLE_US = (
    FEMALE
    & ~documented(flag("hysterectomy") | flag("bilateral_oophorectomy"))
    & ~documented(number("natural_amenorrhoea_year") >= 2)
    & (MENSES | (documented(number("age_year") < 50) & ~documented(~MENSES)))
)
EXEMPT_EU = documented(
    flag("premature_ovarian_failure")
    | flag("hysterectomy")
    | (flag("bilateral_oophorectomy") & flag("bilateral_salpingectomy"))
    | flag("xy_genotype")
    | flag("turner_syndrome")
    | flag("uterine_agenesis")
)
MENOPAUSE_EU = (number("age_year") >= 50) & (number("natural_amenorrhoea_year") >= 1)
POSSIBLE_EU = FEMALE & ~EXEMPT_EU & ~MENOPAUSE_EU
POSSIBLE = POSSIBLE_US | POSSIBLE_EU
# Tests and contraception are for those who are not pregnant now
NOT_PREGNANT = ~documented(flag("pregnant"))
PREVENT_US, PREVENT_EU = POSSIBLE_US & NOT_PREGNANT, POSSIBLE_EU & NOT_PREGNANT

# Tests
NEGATIVE = word("result", "negative", of="pregnancy_tests")
DAYS = number("days_before_start", of="pregnancy_tests")
SENSITIVITY = number("sensitivity_miu_ml", of="pregnancy_tests")
SENSITIVE_US, SENSITIVE_EU = SENSITIVITY <= SENSITIVITY_US, SENSITIVITY <= SENSITIVITY_EU
EARLY_TEST = some("pregnancy_tests", NEGATIVE & SENSITIVE_US & (DAYS >= 10) & (DAYS <= 14))
LATE_TEST = some("pregnancy_tests", NEGATIVE & SENSITIVE_US & (DAYS >= 0) & (DAYS <= 1))
TEST_EU = some("pregnancy_tests", NEGATIVE & SENSITIVE_EU & (DAYS >= 0) & (DAYS <= 3))
POSITIVE_TEST = some("pregnancy_tests", word("result", "positive", of="pregnancy_tests"))

# Contraception
IN_TIME = number("days_before_start", of="contraception") >= WEEKS_4
HORMONAL = (
    "hormonal_implant",
    "hormonal_injection",
    "combined_pill",
    "progestogen_pill",
    "hormonal_patch",
    "vaginal_ring",
)
HIGHLY_EFFECTIVE_US = ("intrauterine_device", "levonorgestrel_iud", *HORMONAL, "tubal_ligation", "partner_vasectomy")
BARRIER = ("male_condom", "diaphragm", "cervical_cap")
EFFECTIVE_EU = (
    "hormonal_implant",
    "levonorgestrel_iud",
    "hormonal_injection",
    "tubal_ligation",
    "partner_vasectomy",
    "progestogen_pill",
)


def using(*methods: str) -> Condition:
    """One of these methods is in use."""
    return some("contraception", word("method", *methods, of="contraception"))


def in_time(*methods: str) -> Condition:
    """One of these methods is in use since four weeks before the first dose or longer."""
    return some("contraception", word("method", *methods, of="contraception") & IN_TIME)


ABSTINENCE = using("abstinence")
TWO_METHODS = ABSTINENCE | (in_time(*HIGHLY_EFFECTIVE_US) & in_time(*BARRIER))
ONE_METHOD = ABSTINENCE | in_time(*EFFECTIVE_EU)
STERILISED = documented(using("tubal_ligation"))

PARTNER = flag("partner_can_become_pregnant")

RULES = (
    SafetyRule(
        key="pregnancy_imid",
        about=IMID,
        severity="block",
        when=documented(flag("pregnant")) | (POSSIBLE & flag("pregnant") & ~(EARLY_TEST & LATE_TEST)),
        finding="pregnant: contraindicated, even a single dose harms the unborn child",
        advice="Do not give any drug of this class. Refer to an obstetrician experienced in reproductive toxicity.",
        source=label(REMS, "R1: boxed warning and contraindications (thalidomide, lenalidomide, pomalidomide)"),
        limit="not pregnant",
    ),
    SafetyRule(
        key="pregnancy_test_positive",
        about=IMID,
        severity="block",
        when=documented(POSITIVE_TEST),
        finding="a pregnancy test is positive",
        advice="Stop or do not start; refer to a specialist obstetrician; report to the authority and the "
        "manufacturer.",
        source=label(REMS, "R6: positive test"),
        limit="no positive test",
    ),
    SafetyRule(
        key="missed_period",
        about=IMID,
        severity="block",
        when=FEMALE & documented(flag("missed_period")),
        finding="missed period, abnormal bleeding or an abnormal pregnancy test",
        advice="Test and counsel; no dose until pregnancy is ruled out.",
        source=label(REMS, "R4: missed or abnormal period"),
    ),
    SafetyRule(
        key="pregnancy_tests_us",
        about=IMID,
        severity="require",
        when=PREVENT_US & ~(EARLY_TEST & LATE_TEST),
        finding="two negative pregnancy tests before the first prescription are not shown",
        advice="Test 10-14 days before, and again within 24 hours before prescribing.",
        source=label(REMS, "R2-R3: tests before the start"),
        authority=("US",),
        limit="2 negative tests (sensitivity 50 mIU/mL or better): 10-14 days and within 24 hours before",
        topic="pregnancy_tests",
    ),
    SafetyRule(
        key="pregnancy_tests_eu",
        about=IMID,
        severity="require",
        when=PREVENT_EU & ~TEST_EU,
        finding="a negative pregnancy test within 3 days before prescribing is not shown",
        advice="Test under medical supervision on the day of prescribing or in the 3 days before, after at least 4 "
        "weeks "
        "of contraception; also with complete abstinence.",
        source=memory(CLASS_EU, "section 4.4, R10: pregnancy testing (25 mIU/mL as read; 3 days from memory)"),
        authority=("EU",),
        limit="1 negative test (sensitivity 25 mIU/mL or better) within 3 days before",
        topic="pregnancy_tests",
    ),
    SafetyRule(
        key="pregnancy_tests_regular_us",
        about=IMID,
        severity="require",
        when=PREVENT_US & flag("regular_cycles"),
        finding="pregnancy tests during treatment and interruptions (regular cycles)",
        advice="Weekly in weeks 1-4, then every 4 weeks.",
        source=label(REMS, "R4: tests on treatment"),
        authority=("US",),
        limit="weekly for 4 weeks, then every 4 weeks",
        topic="pregnancy_tests_on_treatment",
    ),
    SafetyRule(
        key="pregnancy_tests_irregular_us",
        about=IMID,
        severity="require",
        when=PREVENT_US & ~flag("regular_cycles"),
        finding="pregnancy tests during treatment and interruptions (irregular cycles)",
        advice="Weekly in weeks 1-4, then every 2 weeks.",
        source=label(REMS, "R4: tests on treatment"),
        authority=("US",),
        limit="weekly for 4 weeks, then every 2 weeks",
        topic="pregnancy_tests_on_treatment",
    ),
    SafetyRule(
        key="pregnancy_tests_on_treatment_eu",
        about=IMID,
        severity="require",
        when=PREVENT_EU & ~STERILISED,
        finding="pregnancy tests during treatment, interruptions and at the end",
        advice="Every 4 weeks, and 4 weeks after the last dose; not after confirmed tubal sterilisation.",
        source=label(CLASS_EU, "section 4.4, R10: follow-up and end of treatment"),
        authority=("EU",),
        limit="every 4 weeks, and 4 weeks after the end",
        topic="pregnancy_tests_on_treatment",
    ),
    SafetyRule(
        key="contraception_us",
        about=IMID,
        severity="require",
        when=PREVENT_US & ~TWO_METHODS,
        finding="two methods of contraception since 4 weeks before the first dose are not shown",
        advice="Continuous abstinence, or one highly effective method and one barrier method together, from 4 "
        "weeks before "
        "to 4 weeks after treatment, also in interruptions.",
        source=label(REMS, "R5: contraception"),
        authority=("US",),
        limit="abstinence, or 2 methods (1 highly effective, 1 barrier) for 4 weeks",
        topic="contraception",
    ),
    SafetyRule(
        key="contraception_eu",
        about=IMID,
        severity="require",
        when=PREVENT_EU & ~ONE_METHOD,
        finding="an effective method of contraception since 4 weeks before the first dose is not shown",
        advice="Abstinence, or one effective method from 4 weeks before to 4 weeks after treatment, also in "
        "interruptions: "
        "implant, levonorgestrel device, depot progestogen, sterilisation, vasectomised partner, desogestrel pill.",
        source=label(CLASS_EU, "section 4.4, R10: contraception"),
        authority=("EU",),
        limit="abstinence, or 1 effective method for 4 weeks",
        topic="contraception",
    ),
    SafetyRule(
        key="combined_pill_eu",
        about=IMID,
        severity="warn",
        when=FEMALE & documented(using("combined_pill", "hormonal_patch", "vaginal_ring")),
        finding="combined hormonal contraception raises the risk of thrombosis",
        advice="Change to an effective method without oestrogen; the risk lasts 4-6 weeks after stopping.",
        source=label(CLASS_EU, "section 4.4, R10: combined oral contraceptives"),
        authority=("EU",),
        elsewhere="US: a highly effective method; a risk factor for thrombosis",
    ),
    SafetyRule(
        key="copper_device_eu",
        about=IMID,
        severity="warn",
        when=FEMALE & documented(using("intrauterine_device")),
        finding="copper-releasing intrauterine devices are not generally recommended",
        advice="Weigh infection at insertion and menstrual blood loss with low neutrophils or platelets.",
        source=label(CLASS_EU, "section 4.4: contraception"),
        authority=("EU",),
        elsewhere="US: a highly effective method",
    ),
    SafetyRule(
        key="condom_us",
        about=IMID,
        severity="require",
        when=MALE & PARTNER & ~flag("condom_use"),
        finding="use of a condom with a partner who can become pregnant is not agreed",
        advice="Latex or synthetic condom at every contact, also after vasectomy, during treatment, interruptions "
        "and up to "
        "4 weeks after.",
        source=label(REMS, "R7: males"),
        authority=("US",),
        limit="condom to 4 weeks after the last dose",
        topic="condom",
    ),
    SafetyRule(
        key="condom_eu",
        about=IMID,
        severity="require",
        when=MALE & PARTNER & ~flag("condom_use"),
        finding="use of a condom with a partner who can become pregnant is not agreed",
        advice="Condom at every contact, also after vasectomy, during treatment, interruptions and 7 days after.",
        source=memory(CLASS_EU, "section 4.4, R10: males"),
        authority=("EU",),
        limit="condom to 7 days after the last dose",
        topic="condom",
    ),
    SafetyRule(
        key="condom_duration_us",
        about=IMID,
        severity="inform",
        when=MALE & documented(PARTNER) & documented(flag("condom_use")),
        finding="how long a condom is needed",
        advice="During treatment, interruptions and up to 4 weeks after the last dose, also after vasectomy.",
        source=label(REMS, "R7: males"),
        authority=("US",),
        limit="condom to 4 weeks after the last dose",
        topic="condom_duration",
    ),
    SafetyRule(
        key="condom_duration_eu",
        about=IMID,
        severity="inform",
        when=MALE & documented(PARTNER) & documented(flag("condom_use")),
        finding="how long a condom is needed",
        advice="During treatment, interruptions and 7 days after the last dose, also after vasectomy.",
        source=memory(CLASS_EU, "section 4.4, R10: males"),
        authority=("EU",),
        limit="condom to 7 days after the last dose",
        topic="condom_duration",
    ),
    SafetyRule(
        key="partner_pregnant",
        about=IMID,
        severity="warn",
        when=MALE & documented(flag("partner_pregnant")),
        finding="the partner is pregnant, and the drug is in semen",
        advice="Condom at every contact; refer the partner to a specialist if she was exposed.",
        source=label(REMS, "R7: males"),
    ),
    SafetyRule(
        key="sperm_donation_us",
        about=IMID,
        severity="require",
        when=MALE & documented(flag("plans_sperm_donation")),
        finding="donation of sperm is planned",
        advice="No sperm donation during treatment, interruptions and up to 4 weeks after.",
        source=label(REMS, "R7: no sperm donation"),
        authority=("US",),
        limit="none to 4 weeks after the last dose",
        topic="sperm_donation",
    ),
    SafetyRule(
        key="sperm_donation_eu",
        about=IMID,
        severity="require",
        when=MALE & documented(flag("plans_sperm_donation")),
        finding="donation of sperm is planned",
        advice="No donation of semen during treatment, interruptions and 7 days after.",
        source=memory(CLASS_EU, "section 4.4: additional precautions"),
        authority=("EU",),
        limit="none to 7 days after the last dose",
        topic="sperm_donation",
    ),
    SafetyRule(
        key="blood_donation_us",
        about=IMID,
        severity="require",
        when=documented(flag("plans_blood_donation")),
        finding="donation of blood is planned",
        advice="No blood donation during treatment, interruptions and 4 weeks after.",
        source=label(REMS, "R8: no blood donation"),
        authority=("US",),
        limit="none to 4 weeks after the last dose",
        topic="blood_donation",
    ),
    SafetyRule(
        key="blood_donation_eu",
        about=IMID,
        severity="require",
        when=documented(flag("plans_blood_donation")),
        finding="donation of blood is planned",
        advice="No blood donation during treatment, interruptions and 7 days after.",
        source=memory(CLASS_EU, "section 4.4: additional precautions"),
        authority=("EU",),
        limit="none to 7 days after the last dose",
        topic="blood_donation",
    ),
    SafetyRule(
        key="programme_us",
        about=IMID,
        severity="require",
        when=ALWAYS,
        finding="given only within the programme",
        advice="Certified prescriber and pharmacy, signed agreement, surveys (monthly where pregnancy is "
        "possible), at most "
        "28 days in one prescription, no refills by telephone; no donation of blood, or of sperm by men, to 4 "
        "weeks after; "
        "capsules are never shared.",
        source=memory(REMS, "R8-R9: dispensing"),
        authority=("US",),
        limit="28 days in one prescription; filled within 7 days of the test where pregnancy is possible",
        topic="programme",
    ),
    SafetyRule(
        key="programme_eu",
        about=IMID,
        severity="require",
        when=ALWAYS,
        finding="given only within the pregnancy prevention programme",
        advice="Counselling confirmed, risk card, at most 4 weeks in one prescription where pregnancy is possible, "
        "else 12 "
        "weeks; no donation of blood or semen to 7 days after; capsules are never shared.",
        source=memory(CLASS_EU, "sections 4.4 and 6.6: pregnancy prevention programme"),
        authority=("EU",),
        limit="4 weeks in one prescription where pregnancy is possible, else 12 weeks",
        topic="programme",
    ),
    SafetyRule(
        key="prescriber_not_certified",
        about=IMID,
        severity="block",
        when=documented(~flag("prescriber_certified") | ~flag("agreement_signed")),
        finding="prescriber or pharmacy not certified, or the agreement not signed",
        advice="Certify and sign before the first prescription.",
        source=label(REMS, "R9: dispensing"),
        authority=("US",),
    ),
    SafetyRule(
        key="supply_too_long_us",
        about=IMID,
        severity="require",
        when=documented(number("days_supplied") > 28),
        finding="more than 28 days in one prescription",
        advice="Prescribe 28 days or fewer.",
        source=memory(REMS, "R9: dispensing"),
        authority=("US",),
        limit="28 days",
    ),
    SafetyRule(
        key="dispensed_too_late_us",
        about=IMID,
        severity="require",
        when=PREVENT_US & documented(number("days_test_to_dispensing") > 7),
        finding="dispensed more than 7 days after the pregnancy test",
        advice="Test again and dispense within 7 days.",
        source=memory(REMS, "R9: dispensing"),
        authority=("US",),
        limit="7 days",
    ),
    SafetyRule(
        key="breast_feeding_imid",
        about=IMID,
        severity="require",
        when=documented(flag("breast_feeding")) | (POSSIBLE & flag("breast_feeding")),
        finding="breast-feeding: it is not known how much passes into milk",
        advice="Stop breast-feeding before the first dose.",
        source=label(CLASS_US, "section 8.2: lactation; the EU summaries, section 4.6, ask the same"),
        limit="not breast-feeding",
    ),
)
