"""What diagnosis and procedure codes of a FHIR bundle mean for a record. Lines as in `titer.interop.fhir.codes`.

An ICD-10 code stands for its whole category: `C90.0` also for C90.00, C90.01 and C90.02; the longest listed one counts.
Some categories are listed with no facts so that a more general one does not speak for them.
"""

from __future__ import annotations

from titer.interop.fhir.codes import DAYS_AGO, Meaning

MALIGNANT = {"malignancy": True}

_PREGNANCY = (
    (
        Meaning("pregnancy", {"pregnant": True}),
        """
        sct 77386006 ips Pregnant
        sct 72892002 synthea Normal pregnancy
        sct 47200007 opensafely High risk pregnancy
        icd Z33.1 cm Pregnant state, incidental
        icd Z34 cm Encounter for supervision of normal pregnancy
        icd O09 cm Supervision of high risk pregnancy
        """,
    ),
    (Meaning("not pregnant", {"pregnant": False}), "sct 60001007 ips Not pregnant"),
    (
        Meaning("possible pregnancy", note="whether the patient is pregnant is not told"),
        "sct 146799005 ips Possible pregnancy",
    ),
    (
        Meaning("breast-feeding", {"breast_feeding": True}),
        """
        sct 169750002 opensafely Mother currently breast-feeding
        icd Z39.1 cm Encounter for care and examination of lactating mother
        """,
    ),
    (
        Meaning("absence of the uterus after surgery", {"hysterectomy": True}, "for life"),
        "icd Z90.710 cm Acquired absence of both cervix and uterus",
    ),
    (
        Meaning("absence of both ovaries after surgery", {"bilateral_oophorectomy": True}, "for life"),
        "icd Z90.722 cm Acquired absence of ovaries, bilateral",
    ),
    (
        Meaning("uterine agenesis", {"uterine_agenesis": True}, "for life"),
        "icd Q51.0 who Agenesis and aplasia of uterus",
    ),
    (
        Meaning("Turner syndrome", {"turner_syndrome": True}, "for life"),
        """
        icd Q96 cm Turner's syndrome
        sct 38804009 public Turner syndrome
        """,
    ),
    (
        Meaning(
            "premature menopause", holds="for life",
            note="whether a gynaecologist confirmed ovarian failure is not told",
        ),
        "icd E28.3 cm Primary ovarian failure",
    ),
    (
        Meaning("menopause", holds="for life", note="years without menses are not told"),
        """
        sct 161712005 ohdsi Menopause
        sct 307429007 ohdsi After menopause
        """,
    ),
)  # fmt: skip

_TRANSPLANT = (
    (
        Meaning("kidney transplant", {"organ_transplant": "kidney"}, "for life"),
        """
        sct 737295003 ohdsi Transplanted kidney present
        sct 161665007 opensafely History of renal transplant
        icd Z94.0 cm Kidney transplant status
        """,
    ),
    (
        Meaning("liver transplant", {"organ_transplant": "liver"}, "for life"),
        """
        sct 737297006 ohdsi Transplanted liver present
        icd Z94.4 cm Liver transplant status
        """,
    ),
    (
        Meaning("heart transplant", {"organ_transplant": "heart"}, "for life"),
        """
        sct 739024006 opensafely Transplanted heart present
        icd Z94.1 cm Heart transplant status
        """,
    ),
    (
        Meaning("lung transplant", {"organ_transplant": "lung"}, "for life"),
        """
        sct 161672008 opensafely History of being lung transplant recipient
        icd Z94.2 cm Lung transplant status
        """,
    ),
    (
        Meaning("heart and lung transplant", {"organ_transplant": "other"}, "for life"),
        """
        sct 739025007 opensafely Transplanted heart-lung present
        icd Z94.3 cm Heart and lungs transplant status
        """,
    ),
    (
        Meaning("bowel transplant", {"organ_transplant": "bowel"}, "for life"),
        "icd Z94.82 cm Intestine transplant status",
    ),
    (
        Meaning("pancreas transplant", {"organ_transplant": "pancreas"}, "for life"),
        "icd Z94.83 cm Pancreas transplant status",
    ),
    (
        Meaning(
            "stem-cell transplant", holds="for life",
            note="whether the cells were the patient's own or a donor's is not told",
        ),
        """
        sct 737300001 ohdsi Bone marrow transplant present
        sct 2631000119108 ohdsi History of bone marrow transplant
        icd Z94.81 cm Bone marrow transplant status
        icd Z94.84 cm Stem cells transplant status
        """,
    ),
    (
        Meaning("graft-versus-host disease", {"graft_versus_host_disease": True}),
        """
        sct 402356004 ohdsi Chronic graft-versus-host disease
        sct 402355000 opensafely Acute graft-versus-host disease
        sct 234646005 opensafely Graft-versus-host disease
        icd D89.81 cm Graft-versus-host disease
        """,
    ),
)  # fmt: skip

_IMMUNITY = (
    (
        Meaning("HIV infection", {"hiv": True}, "for life"),
        """
        sct 86406008 ohdsi Human immunodeficiency virus infection
        sct 40780007 opensafely Human immunodeficiency virus I infection
        sct 79019005 ohdsi Human immunodeficiency virus II infection
        sct 91947003 opensafely Asymptomatic human immunodeficiency virus infection
        sct 165816005 ohdsi Human immunodeficiency virus positive
        sct 699433000 ohdsi Human immunodeficiency virus carrier
        icd B20 cm Human immunodeficiency virus disease
        icd B21 who Human immunodeficiency virus disease resulting in malignant neoplasms
        icd B22 who Human immunodeficiency virus disease resulting in other specified diseases
        icd B23 who Human immunodeficiency virus disease resulting in other conditions
        icd B24 who Unspecified human immunodeficiency virus disease
        icd Z21 cm Asymptomatic human immunodeficiency virus infection status
        """,
    ),
    (
        Meaning("AIDS", {"hiv": True, "immunodeficiency": True}, "for life"),
        "sct 62479008 synthea Acquired immune deficiency syndrome",
    ),
    (Meaning("HIV negative", {"hiv": False}), "sct 165815009 ohdsi Human immunodeficiency virus negative"),
    (
        Meaning("immune deficiency", {"immunodeficiency": True}, "in remission"),
        """
        sct 234532001 opensafely Immunodeficiency disorder
        sct 370388006 opensafely Patient immunocompromised
        sct 119250001 opensafely Hypogammaglobulinemia
        icd D80 cm Immunodeficiency with predominantly antibody defects
        icd D81 cm Combined immunodeficiencies
        icd D82 cm Immunodeficiency associated with other major defects
        icd D83 cm Common variable immunodeficiency
        icd D84 cm Other immunodeficiencies
        """,
    ),
    (
        Meaning("active tuberculosis", {"active_tuberculosis": True}),
        """
        sct 56717001 ohdsi Tuberculosis
        sct 154283005 ohdsi Pulmonary tuberculosis
        sct 63309002 ohdsi Primary tuberculosis
        sct 47604008 ohdsi Miliary tuberculosis
        sct 700272008 ohdsi Respiratory tuberculosis
        icd A15 cm Respiratory tuberculosis
        icd A16 who Respiratory tuberculosis, not confirmed bacteriologically or histologically
        icd A17 cm Tuberculosis of nervous system
        icd A18 cm Tuberculosis of other organs
        icd A19 cm Miliary tuberculosis
        """,
    ),
    (
        Meaning("inactive tuberculosis", note="taken neither for active tuberculosis nor for its absence"),
        """
        sct 11999007 fhir Inactive tuberculosis
        sct 428697002 opensafely Inactive tuberculosis of lung
        """,
    ),
    (
        Meaning("fever", {"febrile_illness": True}),
        """
        sct 386661006 ohdsi Fever
        icd R50 cm Fever of other and unknown origin
        """,
    ),
    (
        Meaning("hepatitis B", {"hepatitis_b": "active"}),
        """
        sct 66071002 ohdsi Viral hepatitis type B
        sct 61977001 synthea Chronic type B viral hepatitis
        icd B16 cm Acute hepatitis B
        icd B18.0 cm Chronic viral hepatitis B with delta-agent
        icd B18.1 cm Chronic viral hepatitis B without delta-agent
        """,
    ),
    (
        Meaning("long-term corticosteroid", note="the dose is not told"),
        """
        icd Z79.52 cm Long term (current) use of systemic steroids
        """,
    ),
    (
        Meaning("autoimmune disease", {"autoimmune_disease": True}, "in remission"),
        """
        sct 9014002 ohdsi Psoriasis
        sct 200975007 ohdsi Psoriasis vulgaris
        sct 200965009 ohdsi Plaque psoriasis
        sct 56727007 ohdsi Vitiligo
        sct 4776004 ohdsi Lichen planus
        sct 55464009 ohdsi Systemic lupus erythematosus
        sct 200936003 ohdsi Lupus erythematosus
        icd L10 cm Pemphigus
        icd L40 cm Psoriasis
        icd L43 cm Lichen planus
        icd L80 cm Vitiligo
        icd L93 cm Lupus erythematosus
        icd M32 cm Systemic lupus erythematosus
        """,
    ),
    (
        Meaning("erythema multiforme", {"autoimmune_disease": True}, "for life"),
        """
        sct 36715001 ohdsi Erythema multiforme
        sct 768946000 ohdsi Stevens-Johnson syndrome, toxic epidermal necrolysis spectrum
        icd L51 cm Erythema multiforme
        """,
    ),
)  # fmt: skip

_BLOOD_CANCER = (
    (
        Meaning("multiple myeloma", {"diagnosis": "multiple_myeloma", **MALIGNANT}, "in remission"),
        """
        sct 109989006 ohdsi Multiple myeloma
        sct 55921005 ohdsi Multiple myeloma (morphology)
        sct 1162576007 ohdsi Plasma cell myeloma
        icd C90.0 cm Multiple myeloma
        """,
    ),
    (
        Meaning("smouldering myeloma", holds="in remission", note="not taken for a myeloma that is to be treated"),
        """
        sct 413587002 opensafely Smoldering myeloma
        sct 440422002 opensafely Asymptomatic multiple myeloma
        """,
    ),
    (
        Meaning("myelodysplastic syndrome with del(5q)", {"diagnosis": "mds_del5q", **MALIGNANT}, "in remission"),
        """
        sct 277597005 opensafely Myelodysplastic syndrome with isolated del(5q)
        sct 128837000 opensafely Myelodysplastic syndrome with 5q- syndrome
        icd D46.C cm Myelodysplastic syndrome with isolated del(5q) chromosomal abnormality
        icd D46.6 who Myelodysplastic syndrome with isolated del(5q) chromosomal abnormality
        """,
    ),
    (
        Meaning("myelodysplastic syndrome", {"diagnosis": "mds", **MALIGNANT}, "in remission"),
        """
        sct 109995007 ohdsi Myelodysplastic syndrome
        icd D46 cm Myelodysplastic syndromes
        """,
    ),
    (
        Meaning("mantle cell lymphoma", {"diagnosis": "mantle_cell_lymphoma", **MALIGNANT}, "in remission"),
        """
        sct 443487006 ohdsi Mantle cell lymphoma
        icd C83.1 cm Mantle cell lymphoma
        """,
    ),
    (
        Meaning("follicular lymphoma", {"diagnosis": "follicular_lymphoma", **MALIGNANT}, "in remission"),
        """
        sct 308121000 ohdsi Follicular non-Hodgkin's lymphoma
        icd C82 cm Follicular lymphoma
        """,
    ),
    (
        Meaning(
            "chronic lymphocytic leukaemia", {"diagnosis": "chronic_lymphocytic_leukaemia", **MALIGNANT}, "in remission"
        ),
        """
        sct 92814006 ohdsi Chronic lymphoid leukemia, disease
        icd C91.1 cm Chronic lymphocytic leukemia of B-cell type
        """,
    ),
    (
        Meaning("Kaposi sarcoma", {"diagnosis": "kaposi_sarcoma", **MALIGNANT}, "in remission"),
        """
        sct 109385007 ohdsi Kaposi's sarcoma
        icd C46 cm Kaposi's sarcoma
        """,
    ),
)  # fmt: skip

_BLADDER_AND_SKIN = (
    (
        Meaning("bladder cancer", {"diagnosis": "bladder_cancer", **MALIGNANT}, "in remission"),
        """
        sct 399326009 ohdsi Malignant tumor of urinary bladder
        sct 93689003 ohdsi Primary malignant neoplasm of bladder
        sct 255109008 opensafely Transitional cell carcinoma of bladder
        icd C67 cm Malignant neoplasm of bladder
        """,
    ),
    (
        Meaning(
            "carcinoma in situ of the bladder",
            {"diagnosis": "bladder_cancer", "bladder_tumour": "cis", **MALIGNANT}, "in remission",
        ),
        """
        sct 92546004 ohdsi Cancer in situ of urinary bladder
        icd D09.0 cm Carcinoma in situ of bladder
        """,
    ),
    (
        Meaning("urinary infection", {"urinary_infection": True}),
        """
        sct 68566005 ohdsi Urinary tract infectious disease
        sct 301011002 synthea Escherichia coli urinary tract infection
        icd N39.0 cm Urinary tract infection, site not specified
        icd N30.0 cm Acute cystitis
        """,
    ),
    (Meaning("gross haematuria", {"gross_haematuria": True}), "icd R31.0 cm Gross hematuria"),
    (
        Meaning("haematuria", note="whether the blood is visible is not told"),
        """
        sct 34436003 ohdsi Blood in urine
        icd R31 cm Hematuria
        """,
    ),
    (
        Meaning("actinic keratosis", {"diagnosis": "actinic_keratosis"}),
        """
        sct 201101007 ohdsi Actinic keratosis
        sct 403202002 ohdsi Multiple actinic keratoses
        icd L57.0 cm Actinic keratosis
        """,
    ),
    (
        Meaning("actinic keratosis of the scalp", {"diagnosis": "actinic_keratosis", "lesion_site": "scalp"}),
        "sct 403203007 ohdsi Multiple actinic keratoses involving scalp",
    ),
    (
        Meaning("actinic keratosis of the face", {"diagnosis": "actinic_keratosis", "lesion_site": "face"}),
        "sct 403204001 ohdsi Multiple actinic keratoses involving face",
    ),
    (
        Meaning("hyperkeratotic actinic keratosis", {"diagnosis": "actinic_keratosis", "lesion_hyperkeratotic": True}),
        """
        sct 449733007 ohdsi Hyperkeratotic actinic keratosis
        sct 254667001 ohdsi Hypertrophic solar keratosis
        """,
    ),
    (
        Meaning("basal cell carcinoma", MALIGNANT, note="whether it is superficial or nodular is not told"),
        """
        sct 254701007 ohdsi Basal cell carcinoma of skin
        sct 402523001 synthea Basal cell carcinoma of truncal skin
        """,
    ),
    (
        Meaning("genital warts", {"diagnosis": "genital_warts"}),
        """
        sct 266113007 public Genital warts
        icd A63.0 cm Anogenital (venereal) warts
        """,
    ),
    (
        Meaning("melanoma", {"diagnosis": "melanoma", **MALIGNANT}, "in remission"),
        """
        sct 372244006 ohdsi Malignant melanoma
        icd C43 cm Malignant melanoma of skin
        """,
    ),
    (
        Meaning("xeroderma or basal cell naevus syndrome", {"xeroderma_or_naevus_syndrome": True}, "for life"),
        """
        sct 69408002 opensafely Gorlin syndrome
        icd Q82.1 who Xeroderma pigmentosum
        """,
    ),
    (Meaning("sunburn", note="whether it is where the cream goes is not told"), "icd L55 cm Sunburn"),
    (
        Meaning("malignant disease", MALIGNANT),
        """
        sct 363346000 ohdsi Malignant neoplastic disease
        icd C cm Malignant neoplasms (C00 to C97)
        """,
    ),
)  # fmt: skip

_BODY = (
    (
        Meaning("venous thromboembolism", {"vte_history": True}, "for life"),
        """
        sct 128053003 ohdsi Deep venous thrombosis
        sct 132281000119108 synthea Acute deep venous thrombosis
        sct 15760351000119105 ohdsi Chronic deep venous thrombosis
        sct 710167004 ohdsi Recurrent deep vein thrombosis
        sct 59282003 ohdsi Pulmonary embolism
        sct 706870000 synthea Acute pulmonary embolism
        sct 438773007 ohdsi Recurrent pulmonary embolism
        sct 133971000119108 ohdsi Chronic pulmonary embolism
        icd I26 cm Pulmonary embolism
        icd I82 cm Other venous embolism and thrombosis
        icd I80.2 cm Phlebitis and thrombophlebitis of other and unspecified deep vessels of lower extremities
        icd Z86.71 cm Personal history of venous thrombosis and embolism
        """,
    ),
    (
        Meaning("myocardial infarction or stroke", {"arterial_event_history": True}, "for life"),
        """
        sct 22298006 ohdsi Myocardial infarction
        sct 57054005 ohdsi Acute myocardial infarction
        sct 230690007 ohdsi Cerebrovascular accident
        icd I21 cm Acute myocardial infarction
        icd I25.2 cm Old myocardial infarction
        icd I63 cm Cerebral infarction
        icd I64 who Stroke, not specified as haemorrhage or infarction
        icd Z86.73 cm Personal history of transient ischemic attack and cerebral infarction
        """,
    ),
    (
        Meaning("aneurysm or vascular prosthesis", {"vascular_prosthesis_or_aneurysm": True}, "in remission"),
        """
        icd I71 cm Aortic aneurysm and dissection
        icd I72 cm Other aneurysm
        icd Z95.2 cm Presence of prosthetic heart valve
        icd Z95.82 cm Presence of other vascular implants and grafts
        icd Z96.6 cm Presence of orthopedic joint implants
        """,
    ),
    (
        Meaning("peripheral neuropathy", holds="in remission", note="the grade is not told"),
        """
        sct 386033004 ohdsi Neuropathy
        sct 302226006 ohdsi Peripheral nerve disease
        sct 42658009 ohdsi Disorder of the peripheral nervous system
        sct 22722001 ohdsi Idiopathic peripheral neuropathy
        sct 230586003 ohdsi Neuropathy due to multiple myeloma
        icd G62 cm Other and unspecified polyneuropathies
        icd G63 cm Polyneuropathy in diseases classified elsewhere
        """,
    ),
    (
        Meaning("dialysis", {"dialysis": True}),
        """
        sct 105502003 ohdsi Dependence on renal dialysis
        sct 714152005 opensafely Chronic kidney disease stage 5 on dialysis
        sct 236435004 opensafely End stage renal failure on dialysis
        icd Z99.2 cm Dependence on renal dialysis
        """,
    ),
    (
        Meaning(
            "chronic kidney disease", holds="in remission",
            note="the clearance, and whether there is dialysis, are not told",
        ),
        """
        sct 46177005 ohdsi End stage renal disease
        sct 431857002 synthea Chronic kidney disease stage 4
        sct 433146000 ohdsi Chronic kidney disease stage 5
        icd N18 cm Chronic kidney disease
        """,
    ),
    (
        Meaning("bradycardia", {"bradycardia": True}),
        """
        sct 48867003 ohdsi Bradycardia
        icd R00.1 cm Bradycardia, unspecified
        """,
    ),
    (
        Meaning("seizures", {"seizures": True}, "in remission"),
        """
        sct 84757009 ohdsi Epilepsy
        sct 128613002 ohdsi Seizure disorder
        icd G40 cm Epilepsy and recurrent seizures
        """,
    ),
)  # fmt: skip

CONDITIONS: tuple[tuple[Meaning, str], ...] = (
    *_PREGNANCY, *_TRANSPLANT, *_IMMUNITY, *_BLOOD_CANCER, *_BLADDER_AND_SKIN, *_BODY,
)  # fmt: skip

PROCEDURES: tuple[tuple[Meaning, str], ...] = (
    (
        Meaning("hysterectomy", {"hysterectomy": True}),
        """
        sct 236886002 ohdsi Hysterectomy
        sct 116140006 ohdsi Total hysterectomy
        sct 116141005 ohdsi Abdominal hysterectomy
        sct 116142003 ohdsi Radical hysterectomy
        sct 265056007 ohdsi Vaginal hysterectomy
        sct 236887006 ohdsi Laparoscopic hysterectomy
        sct 176795006 ohdsi Subtotal abdominal hysterectomy
        sct 387644004 ohdsi Supracervical hysterectomy
        sct 236889009 ohdsi Laparoscopic supracervical hysterectomy
        cpt 58180 ohdsi Supracervical abdominal hysterectomy
        cpt 58570 ohdsi Laparoscopic total hysterectomy
        cpt 58150 - Total abdominal hysterectomy
        """,
    ),
    (
        Meaning(
            "hysterectomy with removal of both ovaries and tubes",
            {"hysterectomy": True, "bilateral_oophorectomy": True, "bilateral_salpingectomy": True},
        ),
        """
        sct 441820006 ohdsi Laparoscopy assisted vaginal hysterectomy with bilateral salpingo-oophorectomy
        sct 116144002 public Total abdominal hysterectomy with bilateral salpingo-oophorectomy
        sct 918381000000103 ohdsi Subtotal abdominal hysterectomy and bilateral salpingo-oophorectomy
        """,
    ),
    (
        Meaning("oophorectomy", note="whether one or both ovaries were removed is not told"),
        """
        sct 83152002 ohdsi Oophorectomy
        cpt 58661 ohdsi Laparoscopy with removal of adnexal structures
        """,
    ),
    (Meaning("tubal ligation", {"contraception": "tubal_ligation"}), "sct 287664005 synthea Bilateral tubal ligation"),
    (Meaning("vasectomy", {"vasectomy": True}), "sct 22523008 synthea Vasectomy"),
    (
        Meaning("kidney transplant", {"organ_transplant": "kidney"}),
        """
        sct 70536003 ohdsi Transplant of kidney
        sct 175901007 opensafely Live donor renal transplant
        sct 175902000 opensafely Cadaveric renal transplant
        sct 313030004 opensafely Donor renal transplantation
        """,
    ),
    (
        Meaning("liver transplant", {"organ_transplant": "liver"}),
        """
        sct 18027006 ohdsi Transplantation of liver
        sct 174425003 opensafely Orthotopic liver transplant
        """,
    ),
    (
        Meaning("heart transplant", {"organ_transplant": "heart"}),
        """
        sct 32413006 synthea Transplantation of heart
        sct 232973007 opensafely Allotransplant of heart
        """,
    ),
    (
        Meaning("lung transplant", {"organ_transplant": "lung"}),
        """
        sct 88039007 synthea Transplant of lung
        sct 232657004 opensafely Single lung transplant
        sct 232658009 opensafely Double lung transplant
        """,
    ),
    (
        Meaning("autologous stem-cell transplant", {"stem_cell_transplant": True}),
        """
        sct 709115004 ohdsi Transplantation of autologous hematopoietic stem cell
        sct 711429001 ohdsi Transplantation of autologous progenitor cell
        """,
    ),
    (
        Meaning("stem-cell transplant", note="whether the cells were the patient's own or a donor's is not told"),
        """
        sct 23719005 ohdsi Transplantation of bone marrow
        sct 234336002 ohdsi Hemopoietic stem cell transplant
        sct 445715009 ohdsi Blood and marrow transplantation
        """,
    ),
    (
        Meaning("resection or biopsy in the bladder", {"bladder_procedure_days_ago": DAYS_AGO}),
        """
        pcs 0TBB8ZZ ohdsi Excision of Bladder, Via Natural or Artificial Opening Endoscopic
        pcs 0TBB8ZX - Excision of Bladder, Via Natural or Artificial Opening Endoscopic, Diagnostic
        cpt 52204 - Cystourethroscopy with biopsy
        cpt 52224 - Cystourethroscopy with fulguration of minor lesions, with or without biopsy
        cpt 52234 - Cystourethroscopy with resection of small bladder tumours
        cpt 52235 - Cystourethroscopy with resection of medium bladder tumours
        cpt 52240 - Cystourethroscopy with resection of large bladder tumours
        """,
    ),
    (
        Meaning("bladder catheter", note="whether the catheterisation was traumatic is not told"),
        "sct 410024004 public Catheterization of urinary bladder",
    ),
    (
        Meaning("dialysis session", note="whether dialysis goes on is not told"),
        """
        sct 302497006 ohdsi Hemodialysis
        sct 265764009 ohdsi Renal dialysis
        sct 71192002 ohdsi Peritoneal dialysis
        sct 108241001 ohdsi Dialysis procedure
        """,
    ),
    (
        Meaning("radiotherapy", note="whether it is lately enough to matter is not told"),
        "sct 108290001 mcode Radiation oncology AND/OR radiotherapy",
    ),
)
