"""Publications that the library quotes. Each is declared once here; model files pick theirs by name.

Numbers quoted through a collection of notes, and not read again in the paper itself, have `confirmed=False`.
"""

from __future__ import annotations

from titer.model import Source

ABBIATI_2021 = Source("Abbiati et al. 2021 AAPS J: maturation block by avadomide (BioModels MODEL2412270001)")
BENSINGER_1993 = Source(
    "Bensinger et al. 1993 Blood 81:1883: filgrastim 5 ug/kg for 9-14 days in 8 granulocyte donors (abstract)"
)
BIOEQUIVALENCE_2020 = Source(
    "Dexamethasone 20 mg tablets, 3-way crossover, 36 healthy adults (Clin Lymphoma Myeloma Leuk 2020)"
)
CARRIER_2011 = Source(
    "Rates of venous thromboembolism under IMiDs, meta-analysis (probably Carrier et al. 2011 J Thromb Haemost 9:653)"
)
CHATTA_1994 = Source("Chatta et al. 1994 Blood 84:2923: filgrastim 30 and 300 ug daily for 14 days (abstract)")
CHEN_2007 = Source("Chen et al. 2007 J Clin Pharmacol: lenalidomide in renal impairment (with ASCO abstract 2520)")
CHEN_2017 = Source("Chen, Zhou, Palmisano 2017 Clin Pharmacokinet 56: lenalidomide, review")
COLLINS_2023 = Source("Collins et al. 2023: tumour growth and belantamab mafodotin in relapsed myeloma, n = 169")
CONNARN_2018 = Source("Connarn et al. 2018 Clin Pharmacol Drug Dev: lenalidomide population PK, 13 studies")
DIMA_2023 = Source("Dima et al. 2023 Br J Haematol: external validation of the SAVED score")
FILGRASTIM_2020 = Source(
    "Khandoozi et al. 2020 Clin Pharmacol Drug Dev: filgrastim 300 ug once in 23 healthy volunteers (abstract)",
    doi="10.1002/cpdd.856",
)
HUGHES_2019 = Source("Hughes et al. 2019 Br J Clin Pharmacol: lenalidomide population PK, as coded by its author")
IKAROS_MEMORY = Source("Degradation of Ikaros and Aiolos in DF15 cells, EC50 of lenalidomide 67-87 nM", confirmed=False)
KRZYZANSKI_2021 = Source("Krzyzanski et al. 2021: dexamethasone population PK, 36 healthy Indian women")
LI_2019 = Source("Li et al. 2019 JNCCN 17:840: the SAVED score")
LIPSKY_2022 = Source("Lipsky et al. 2022: iberdomide in lupus (class effect on IL-2 and T cells)")
MDS_2006 = Source("ASH 2006 abstract 4854 (Blood 108:4854): lenalidomide 10 mg in myelodysplasia")
OUTCOMES = Source("Table of published outcomes of this package, evidence/outcomes/imids.csv (row ids IMIDnnn)")
PALUMBO_2011 = Source("Palumbo et al. 2011 J Clin Oncol 29:986, aspirin, warfarin or enoxaparin, n = 659 (IMID491-493)")
PLATELET_LIFE = Source(
    "Textbook (AccessMedicine, section 258963583): transfused platelets typically last 2 or 3 days", confirmed=False
)
PLATELET_TURNOVER = Source("Textbook: about a tenth of all platelets is replaced each day", confirmed=False)
QUIREDEX = Source("QUIREDEX immune monitoring: lenalidomide + dexamethasone in smouldering myeloma, n = 31")
RED_CELL_LIFE = Source("Textbook life span of a red cell, 120 days", confirmed=False)
RECEPTOR_MEMORY = Source(
    "Dexamethasone at the glucocorticoid receptor, Kd about 5 nM; plasma binding 77%", confirmed=False
)
SCHAFER_2018 = Source("Schafer et al. 2018: iberdomide single doses, Aiolos in blood cells (class effect)")
SRIMANI_2022 = Source("Srimani et al. 2022 CPT Pharmacometrics Syst Pharmacol 11:1085: TOURMALINE-MM1")
TITER = Source("This package: a structural choice or a scale that nobody published")
TRANSFUSION_RULE = Source(
    "Rules of thumb in transfusion summaries: one red-cell unit +1 g/dL, one apheresis platelet unit +30-50 x10^9/L",
    confirmed=False,
)
TSUEI_1979 = Source("Tsuei et al. 1979 J Pharmacokinet Biopharm: dexamethasone 8 mg IV, clearance 14.6-14.9 L/h")
