"""Publications that the library quotes. Each is declared once here; model files pick theirs by name.

Numbers quoted through a collection of notes, and not read again in the paper itself, have `confirmed=False`.
"""

from __future__ import annotations

from titer.model import Source

ABBIATI_2021 = Source("Abbiati et al. 2021 AAPS J: maturation block by avadomide (BioModels MODEL2412270001)")
ANDRAUD_2012 = Source(
    "Andraud et al. 2012 PLoS Comput Biol 8:e1002418: antibody after hepatitis A vaccines on three time scales: a "
    "month, several months, decades (abstract)",
    doi="10.1371/journal.pcbi.1002418",
)
ANTITOXIN = Source("Protection by antitoxin when it is at least equimolar to toxin (PMC5555766)")
AVOGADRO = Source("Constant of Avogadro, exact since the revision of the SI in 2019: 6.02214076e23 /mol")
BAUDITZ_2002 = Source(
    "Bauditz et al. 2002 Gut (PMC1773116, abstract): thalidomide 300 mg, 12 weeks, inflammatory bowel disease, n = 10"
)
BENSINGER_1993 = Source(
    "Bensinger et al. 1993 Blood 81:1883: filgrastim 5 ug/kg for 9-14 days in 8 granulocyte donors (abstract)"
)
BIOEQUIVALENCE_2020 = Source(
    "Dexamethasone 20 mg tablets, 3-way crossover, 36 healthy adults (Clin Lymphoma Myeloma Leuk 2020)"
)
BUTLER_1973 = Source(
    "Butler, Rossen 1973 J Clin Invest 52:2629: IgG of 17 men given methylprednisolone 96 mg daily (abstract)",
    doi="10.1172/jci107455",
)
CARRIER_2011 = Source(
    "Rates of venous thromboembolism under IMiDs, meta-analysis (probably Carrier et al. 2011 J Thromb Haemost 9:653)"
)
CHATTA_1994 = Source("Chatta et al. 1994 Blood 84:2923: filgrastim 30 and 300 ug daily for 14 days (abstract)")
CHEN_1989 = Source("Chen et al. 1989 Drug Metab Dispos 17:402: thalidomide 200 mg once in 8 healthy men")
CHEN_2007 = Source("Chen et al. 2007 J Clin Pharmacol: lenalidomide in renal impairment (with ASCO abstract 2520)")
CHEN_2014 = Source(
    "Chen, Hickling, Vicini 2014 CPT Pharmacometrics Syst Pharmacol 3:e133: immunogenicity of therapeutic proteins",
    doi="10.1038/psp.2014.30",
)
CHEN_2017 = Source("Chen, Zhou, Palmisano 2017 Clin Pharmacokinet 56: lenalidomide, review")
COLLINS_2023 = Source("Collins et al. 2023: tumour growth and belantamab mafodotin in relapsed myeloma, n = 169")
CONNARN_2018 = Source("Connarn et al. 2018 Clin Pharmacol Drug Dev: lenalidomide population PK, 13 studies")
COVID_LUNG = Source("Immune cells of the lung in COVID-19, delay model (public code kngoun/COVID_Lung_Immune_Model)")
CRBN_MEMORY = Source(
    "Degradation of Ikaros and Aiolos in DF15 cells, EC50 of pomalidomide 24 and 22 nM; thalidomide 1-10 uM",
    confirmed=False,
)
CRP_TURNOVER_1993 = Source(
    "Metabolic and scintigraphic studies of radioiodinated human C-reactive protein in health and disease, J Clin "
    "Invest 1993;91:1351: half-life of 19 h in 8 healthy people and 35 patients (abstract)",
    doi="10.1172/jci116336",
)
CTCAE_5 = Source("Common Terminology Criteria for Adverse Events, version 5.0 (NCI, 2017)")
CYTOKINES_COLAUS_2011 = Source(
    "CoLaus study 2011 PLoS ONE 6:e21002: TNF, IL-6, IL-1 beta and CRP in 6,085 Swiss adults (abstract)",
    doi="10.1371/journal.pone.0021002",
)
CYTOKINE_VARIATION_2013 = Source(
    "Biological variation of IL-6, TNF-alpha and IL-17A by a high-sensitivity assay, 2013 (PubMed 24128872, abstract)"
)
DEXAMETHASONE_BLOOD_1995 = Source(
    "Cytokine production by phytohemagglutinin-stimulated human blood cells: effects of corticosteroids, T cell "
    "immunosuppressants and phosphodiesterase IV inhibitors, 1995 (abstract): IC50 of dexamethasone on IL-2 and "
    "interferon gamma 20-50 nM, on GM-CSF 600 nM"
)
DE_GOEIJ_2013 = Source(
    "de Goeij et al. 2013 PLoS ONE 8:e84159: pain thresholds of 27 volunteers after endotoxin 2 ng/kg (abstract)",
    doi="10.1371/journal.pone.0084159",
)
DE_KRUIF_2007 = Source(
    "de Kruif et al. 2007 J Immunol 178:1845: prednisolone 3-30 mg 2 h before 4 ng/kg of endotoxin, n = 32 (abstract)"
)
DILLINGH_2014 = Source(
    "Dillingh et al. 2014 J Inflamm 11:28: endotoxin 0.5, 1 and 2 ng/kg in 3 cohorts of 8 men",
    doi="10.1186/s12950-014-0028-1",
)
DIMA_2023 = Source("Dima et al. 2023 Br J Haematol: external validation of the SAVED score")
DOBREVA_2021 = Source(
    "Dobreva et al. 2021 J Physiol: inflammation, temperature, pain and circulation after endotoxin (arXiv:1908.07611)"
)
ENDOTOXIN_SCORE = Source(
    "Score of human endotoxaemia: headache, nausea, shivers, muscle and back pain 0-5 each, vomiting 3, 0-28 in all; "
    "flu-like symptoms for 2-4 h (Radboud university medical center, description of its model)"
)
ENDOTOXIN_SCORE_MEMORY = Source(
    "Symptom scores of volunteers after a bolus of 1-2 ng/kg: highest 6-12 of 28, 1.5-2 h after it", confirmed=False
)
ENDOTOXIN_SICKNESS_2017 = Source(
    "What makes you feel sick after inflammation? Clin Pharmacol Ther 2017;102:141: 0.4-0.8 ng/kg, n = 128 (abstract)",
    doi="10.1002/cpt.618",
)
ENDOTOXIN_TWICE_2025 = Source(
    "Jorda et al. 2025 Med Microbiol Immunol: endotoxin 2 ng/kg twice, a year apart, in 9 volunteers (abstract)",
    doi="10.1007/s00430-025-00823-5",
)
FATIGUE_CUTPOINTS = Source(
    "Wang et al. 2014 Cancer 120:425: fatigue of 0-10 and what it hinders, 2,177 patients treated for cancer and 515 "
    "survivors; moderate from 4, severe from 7 (PMC3949157, abstract)"
)
FEVER_MEMORY = Source("Textbook: temperatures of infection rarely exceed 41 degC, hardly ever 42", confirmed=False)
FILGRASTIM_2020 = Source(
    "Khandoozi et al. 2020 Clin Pharmacol Drug Dev: filgrastim 300 ug once in 23 healthy volunteers (abstract)",
    doi="10.1002/cpdd.856",
)
GALLAHER_2018 = Source(
    "Gallaher et al. 2018: T and NK cells against myeloma (BioModels BIOMD0000000743; form of the paper, not of the "
    "file)"
)
GILLIS_1979 = Source(
    "Gillis, Crabtree, Smith 1979 J Immunol 123:1624: glucocorticoids and T cell growth factor (abstract)"
)
HAMMARLUND_2003 = Source(
    "Hammarlund et al. 2003 Nat Med 9:1131: T cells after smallpox vaccine, half-life of 8-15 years (abstract)",
    doi="10.1038/nm917",
)
HASLETT_1998 = Source(
    "Haslett et al. 1998 J Exp Med 187:1885: thalidomide costimulates human T cells (abstract)",
    doi="10.1084/jem.187.11.1885",
)
HEPATITIS_A_15_YEARS = Source(
    "Antibody 15 years after two doses of hepatitis A vaccine, J Med Virol 2011;83:1885: 313 adults, 289 and "
    "367 mIU/mL (abstract)",
    doi="10.1002/jmv.22200",
)
HEPATITIS_A_1994 = Source(
    "Hepatitis A vaccine: a new convenient single-dose schedule, Vaccine 1994;12:1327: 1440 units in months 0 and 6, "
    "162 adults; 150, 380 and 125 mIU/mL on days 14, 30 and in month 6, 3090 in month 7 (abstract)",
    doi="10.1016/s0264-410x(94)80028-x",
)
HEPATITIS_A_DECAY_1994 = Source(
    "Van Damme et al. 1994, inactivated hepatitis A vaccine, 106 adults (PubMed 7897379, abstract): after the booster "
    "titres fell by 60% in 5 months, then by 14% a year"
)
HEPATITIS_A_SPREAD = Source(
    "Hepatitis A vaccine in children, Hum Vaccin Immunother 2017;13:2707, table 1: 209.7 mIU/mL (190.6-230.6) a year "
    "after one dose, n = 435",
    doi="10.1080/21645515.2017.1358326",
)
HSU_2011 = Source(
    "Hsu et al. 2011 Blood 117:1605: NK cells under lenalidomide and dexamethasone, n = 25 (abstract)",
    doi="10.1182/blood-2010-04-278432",
)
HUGHES_2019 = Source("Hughes et al. 2019 Br J Clin Pharmacol: lenalidomide population PK, as coded by its author")
IBARRONDO_2020 = Source(
    "Ibarrondo et al. 2020 N Engl J Med 383:1085: IgG against the receptor-binding domain after mild COVID-19, n = 34, "
    "10^3.48 ng/mL on average 37 days after onset; NEJMc2025179",
    doi="10.1056/NEJMc2025179",
)
IKAROS_MEMORY = Source("Degradation of Ikaros and Aiolos in DF15 cells, EC50 of lenalidomide 67-87 nM", confirmed=False)
IL1_BLOCKADE_1995 = Source(
    "Influence of IL-1 receptor blockade on the human response to endotoxemia, J Immunol 1995;154:1499: 18 volunteers "
    "(abstract): core temperature and cytokines unchanged, symptoms milder"
)
IMMUNOGLOBULIN_MEMORY = Source(
    "Textbook: half-lives of IgM 5 days and IgG 21-28 days; masses of 900 and 150 kDa", confirmed=False
)
INTERFERON_FEVER_MEMORY = Source(
    "Interferon alfa 3-9 MU in healthy people: fever of about 1.5 degC some 6 h after the injection", confirmed=False
)
KAMIKAWA_2006 = Source(
    "Kamikawa et al. 2006 Biol Pharm Bull 29:2331: thalidomide 100 mg in 8 Japanese patients with myeloma"
)
KRZYZANSKI_2021 = Source("Krzyzanski et al. 2021: dexamethasone population PK, 36 healthy Indian women")
LIPSKY_2022 = Source("Lipsky et al. 2022: iberdomide in lupus (class effect on IL-2 and T cells)")
LI_2002 = Source(
    "Li et al. 2002 Proc Natl Acad Sci USA: critical concentration of neutrophils in suspension (abstract)",
    doi="10.1073/pnas.122244799",
)
LI_2004 = Source(
    "Li, Karlin, Loike, Silverstein 2004 J Exp Med: critical concentration of neutrophils in fibrin gel and in skin "
    "(abstract)"
)
LI_2015 = Source("Li et al. 2015 J Clin Pharmacol 55:563: pomalidomide population PK, 96 healthy and 144 with myeloma")
LI_2017 = Source("Li et al. 2017 Clin Pharmacol Adv Appl 9:133: pomalidomide in renal impairment, n = 63")
LI_2018 = Source("Li et al. 2018 J Clin Pharmacol 58:1295: pomalidomide with fluvoxamine, and in smokers")
LI_2019 = Source("Li et al. 2019 JNCCN 17:840: the SAVED score")
LI_2019_LIVER = Source(
    "Li et al. 2019 Clin Pharmacol Drug Dev: pomalidomide in hepatic impairment (PMC6585766)", doi="10.1002/cpdd.470"
)
MDS_2006 = Source("ASH 2006 abstract 4854 (Blood 108:4854): lenalidomide 10 mg in myelodysplasia")
MOREIRA_1993 = Source("Moreira et al. 1993 J Exp Med 177:1675: thalidomide and the mRNA of TNF (abstract)")
MOREIRA_1997 = Source(
    "Moreira et al. 1997 Braz J Med Biol Res 30:1199: thalidomide 200 mg/kg before endotoxin in mice (abstract)"
)
NEUTRALISATION_2020 = Source(
    "Neutralising antibody of convalescent donors, Vaccines 2020;8:386, table 1: half of SARS-CoV-2 neutralised at a "
    "dilution of 66 (geometric mean of the 21 with mild or moderate disease)",
    doi="10.3390/vaccines8030386",
)
NOONAN_2012 = Source(
    "Noonan et al. 2012 Clin Cancer Res 18:1426: pneumococcal vaccine and lenalidomide in myeloma (abstract)"
)
OUTCOMES = Source("Table of published outcomes of this package, evidence/outcomes/imids.csv (row ids IMIDnnn)")
PALIOGIANNI_1993 = Source(
    "Paliogianni et al. 1993 J Immunol: dexamethasone and the IL-2 receptor of T cells (abstract)"
)
PALSSON_2013 = Source("Palsson et al. 2013: fully-integrated immune response model, FIRM (BioModels BIOMD0000000608)")
PALUMBO_2011 = Source("Palumbo et al. 2011 J Clin Oncol 29:986, aspirin, warfarin or enoxaparin, n = 659 (IMID491-493)")
PLATELET_LIFE = Source(
    "Textbook (AccessMedicine, section 258963583): transfused platelets typically last 2 or 3 days", confirmed=False
)
PLATELET_TURNOVER = Source("Textbook: about a tenth of all platelets is replaced each day", confirmed=False)
POMALYST_LABEL = Source("POMALYST (pomalidomide) US prescribing information, section 12.3")
QUIREDEX = Source("QUIREDEX immune monitoring: lenalidomide + dexamethasone in smouldering myeloma, n = 31")
RAO_2023 = Source(
    "Rao, Musante, Allen 2023 npj Syst Biol Appl 9:13: mechanistic model of COVID-19, equations and numbers as coded",
    doi="10.1038/s41540-023-00269-6",
)
RECEPTOR_MEMORY = Source(
    "Dexamethasone at the glucocorticoid receptor, Kd about 5 nM; plasma binding 77%", confirmed=False
)
RED_CELL_LIFE = Source("Textbook life span of a red cell, 120 days", confirmed=False)
ROFERON_SMPC = Source(
    "Roferon-A (interferon alfa-2a), summary of product characteristics, section 5.2: 36 million IU i.m. give a peak "
    "of 1500-2580 pg/mL (mean 2020) after 3.8 h; linear from 3 to 198 million IU"
)
RUN_AGAIN = Source("Published equations and numbers, run again for this package with the LSODA of SciPy")
SAMPAIO_1991 = Source("Sampaio et al. 1991 J Exp Med 173:699: thalidomide and TNF of human monocytes (abstract)")
SCHAFER_2018 = Source("Schafer et al. 2018: iberdomide single doses, Aiolos in blood cells (class effect)")
SEHGAL_2015 = Source("Sehgal et al. 2015 Blood 125:4042: pomalidomide, continuous or 21 of 28 days, n = 39 (abstract)")
SHANNON_1995 = Source(
    "Shannon, Sandoval 1995 Immunopharmacology 31:109: IL-2 of human mononuclear cells with 4 ug/mL of thalidomide: "
    "+187% (concanavalin A, 7 donors), +159% (staphylococcal enterotoxin A, 5), +120% (PPD, 2) (abstract)"
)
SHANNON_2007 = Source(
    "Shannon et al. 2007 Transl Res 150:275: thalidomide before 4 ng/kg of endotoxin, 4 against 19 (abstract)"
)
SHAH_2013_MEMORY = Source(
    "Shah, Betts 2013 mAbs 5:297: antibody in the lung, 15% of that in plasma",
    confirmed=False,
)
SICKNESS_QUESTIONNAIRE_2017 = Source(
    "Change in sickness behavior assessed with the Sickness Questionnaire after endotoxin challenge, Brain Behav Immun "
    "2017;66:e33 (abstract): 2 ng/kg, n = 22; 5.8 of 30 before it, 18.9, 19.8, 11.8 and 10.4 after 1.5, 3, 5 and 7 h"
)
SMITH_2011 = Source("Smith et al. 2011: pneumococcus in the lungs of mice (BioModels BIOMD0000000924)")
SPIKE_IGG = Source(
    "Klegerman et al., PLoS ONE: IgG against SARS-CoV-2 spike protein in mass units; 95% of 21 people after two doses "
    "of mRNA vaccine have 7.5 ug/mL or more (abstract)"
)
SRIMANI_2022 = Source("Srimani et al. 2022 CPT Pharmacometrics Syst Pharmacol 11:1085: TOURMALINE-MM1")
TETANUS_IGG_2025 = Source(
    "Knispel, Jassoy 2025 Antibodies 14:69: conversion of units to amounts; median IgG against tetanus toxin is 50 "
    "times, against the receptor-binding domain of SARS-CoV-2 390 times that against hepatitis B surface antigen "
    "(abstract)",
    doi="10.3390/antib14030069",
)
THALIDOMIDE_2004 = Source("Clin Cancer Res 2004 10:5949: thalidomide in cancer, 5 patients with myeloma on 200 mg")
THALIDOMIDE_ANALOGS_1996 = Source(
    "Selection of novel analogs of thalidomide with enhanced TNF-alpha inhibitory activity, Mol Med (abstract)",
    doi="10.1007/BF03401909",
)
THALOMID_LABEL = Source("THALOMID (thalidomide) US prescribing information, section 12.3", confirmed=False)
TITER = Source("This package: a structural choice or a scale that nobody published")
TNF_IC50_MEMORY = Source(
    "IC50 on TNF of stimulated mononuclear cells: lenalidomide about 100 nM, thalidomide 194 uM (Muller et al. 1999)",
    confirmed=False,
)
TNF_IC50_POMALIDOMIDE = Source(
    "IC50 of pomalidomide on TNF of endotoxin-stimulated mononuclear cells, 13 nM (product information)"
)
TRAMONTANA_1995 = Source(
    "Tramontana et al. 1995 Mol Med 1:384 (PMC2229989, abstract): thalidomide for 14 days in 30 men with tuberculosis: "
    "less TNF was made, more interferon gamma"
)
TRANSFUSION_RULE = Source(
    "Rules of thumb in transfusion summaries: one red-cell unit +1 g/dL, one apheresis platelet unit +30-50 x10^9/L",
    confirmed=False,
)
TSUEI_1979 = Source("Tsuei et al. 1979 J Pharmacokinet Biopharm: dexamethasone 8 mg IV, clearance 14.6-14.9 L/h")
VAN_DER_POLL_1994 = Source(
    "van der Poll et al. 1994 Blood 83:446: antibody against TNF in chimpanzees given 4 ng/kg of endotoxin (abstract)"
)
VISSER_1998 = Source(
    "Visser et al. 1998 Blood 91:4255: dexamethasone on IL-10 and IL-12 of human whole blood (abstract)"
)
WAAGE_1988 = Source("Waage et al. 1988 Immunology 63:299: glucocorticoids and TNF of human monocytes (abstract)")
WHOLE_BLOOD_1998 = Source(
    "Production of TNF-alpha and IL-10 by endotoxin in whole blood: laboratory error and individual variation, "
    "J Immunol Methods 1998 218:63 (abstract)",
    doi="10.1016/s0022-1759(98)00108-2",
)
WINDOLOSKI_2024 = Source(
    "Windoloski et al. 2024 (arXiv:2308.01495): endotoxin by bolus and infusion, model, data (Inflammation_Bolus_Cont)"
)
WITTER_1987 = Source(
    "Witter et al. 1987 Clin Pharmacol Ther 42:567: interferon alfa-2a 0.3, 3 and 18 MU i.m. in volunteers (abstract)",
    doi="10.1038/clpt.1987.198",
)
