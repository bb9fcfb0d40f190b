"""Medicines, diagnoses and allergies that are understood, with the groups that rules ask for.

A name that is not here is a finding ("not understood"), never ignored. Groups come from the sections of the labels that name
them; the members of open groups ("opioids") are common medicines of the group, chosen by us (`assumed` in the source).
"""
# ruff: noqa: E501 - a group and its members stand on one line

from titer.clinic.safety.vocabulary import Term
from titer.library.labels._sources import CLASS_US, POM_EU, POM_US, THAL_US, label
from titer.source import Source

CYP1A2 = label(f"{POM_EU} and {POM_US}", "sections 4.5 and 7: fluvoxamine, ciprofloxacin, enoxacin")
SEDATIVES = label(THAL_US, "section 7: opioids, antihistamines, antipsychotics, anti-anxiety agents; members are ours")
BRADYCARDIA = label(THAL_US, "section 7: calcium blockers, beta blockers, digoxin and others; members are ours")
NEUROPATHY = label(THAL_US, "section 7: amiodarone, bortezomib, cisplatin, docetaxel, vincristine, …; members are ours")
CONTRACEPTION = label(
    THAL_US, "section 7: carbamazepine, phenytoin, rifampicin, St John's wort, HIV protease inhibitors, …"
)
THROMBOSIS = label(CLASS_US, "section 5: oestrogens, erythropoietic agents")
PHARMACOLOGY = Source("Pharmacological class, textbook knowledge", confirmed=False)


def group(names: str, *groups: str, source: Source = PHARMACOLOGY) -> tuple[Term, ...]:
    """Terms of one group: names divided by commas; other spellings follow a name after `=`."""
    found = []
    for entry in names.split(","):
        name, *also = (word.strip() for word in entry.split("="))
        found.append(Term(name, groups, source, tuple(also)))
    return tuple(found)


MEDICATIONS = (
    *group("fluvoxamine, ciprofloxacin, enoxacin", "strong_cyp1a2_inhibitor", source=CYP1A2),
    *group("ciprofloxacin, enoxacin, levofloxacin, moxifloxacin, ofloxacin", "antibiotic", "quinolone"),
    *group("morphine, oxycodone, hydromorphone, fentanyl, codeine, tramadol, methadone, buprenorphine, tapentadol", "opioid", "sedative", source=SEDATIVES),
    *group("diazepam, lorazepam, alprazolam, clonazepam, midazolam, temazepam, oxazepam, bromazepam", "benzodiazepine", "sedative", source=SEDATIVES),
    *group("zolpidem, zopiclone, gabapentin, pregabalin, quetiapine, olanzapine, haloperidol, mirtazapine, amitriptyline, trazodone, baclofen, clozapine", "sedative", source=SEDATIVES),
    *group("diphenhydramine, hydroxyzine, promethazine, chlorphenamine=chlorpheniramine, cetirizine, doxylamine, dimetindene", "antihistamine", "sedative", source=SEDATIVES),
    *group("loratadine, desloratadine, fexofenadine", "antihistamine"),
    *group("atenolol, metoprolol, bisoprolol, propranolol, carvedilol, nebivolol, sotalol", "beta_blocker", "slows_heart", source=BRADYCARDIA),
    *group("verapamil, diltiazem", "calcium_blocker", "slows_heart", source=BRADYCARDIA),
    *group("digoxin, ivabradine, clonidine", "slows_heart", source=BRADYCARDIA),
    *group("amiodarone", "slows_heart", "neurotoxic_partner", source=BRADYCARDIA),
    *group("bortezomib, vincristine, vinblastine, cisplatin, carboplatin, oxaliplatin, paclitaxel, docetaxel, didanosine, stavudine", "neurotoxic_partner", source=NEUROPATHY),
    *group("phenytoin, carbamazepine, phenobarbital, primidone, rifampicin=rifampin, rifabutin, st john's wort=hypericum, modafinil, oxcarbazepine, topiramate, ritonavir, griseofulvin", "enzyme_inducer", source=CONTRACEPTION),
    *group("phenobarbital", "sedative", source=SEDATIVES),
    *group("isoniazid=inh, rifampicin=rifampin, rifabutin, ethambutol, streptomycin, aminosalicylic acid=pas, pyrazinamide, cycloserine", "antituberculous"),
    *group("ethinylestradiol=ethinyl estradiol, estradiol=oestradiol, conjugated oestrogens=conjugated estrogens, tibolone, combined oral contraceptive=combined pill, hormone replacement therapy", "oestrogen", source=THROMBOSIS),
    *group("tamoxifen, raloxifene", "thrombogenic"),
    *group("epoetin alfa=epoetin=erythropoietin, epoetin beta, epoetin zeta, darbepoetin alfa=darbepoetin, methoxy polyethylene glycol-epoetin beta", "erythropoiesis_stimulating_agent", source=THROMBOSIS),
    *group("aspirin=acetylsalicylic acid=asa", "antithrombotic", "light_prophylaxis", "antiplatelet"),
    *group("clopidogrel, prasugrel, ticagrelor", "antiplatelet"),
    *group("enoxaparin, dalteparin, tinzaparin, nadroparin, heparin, fondaparinux", "antithrombotic", "heparin"),
    *group("warfarin, phenprocoumon, acenocoumarol, apixaban, rivaroxaban, edoxaban, dabigatran", "antithrombotic", "anticoagulant"),
    *group("tacrolimus, ciclosporin=cyclosporine=cyclosporin", "calcineurin_inhibitor", "immunosuppressant", "nephrotoxic"),
    *group("sirolimus, everolimus, mycophenolate mofetil=mycophenolate=mycophenolic acid, azathioprine, methotrexate, leflunomide, belatacept, tofacitinib, baricitinib, ruxolitinib", "immunosuppressant"),
    *group("azathioprine, methotrexate, mercaptopurine, fluorouracil, cytarabine, gemcitabine", "antimetabolite"),
    *group("infliximab, adalimumab, etanercept, certolizumab=certolizumab pegol, golimumab", "tnf_blocker", "immunosuppressant"),
    *group("chlorambucil, bendamustine, busulfan", "alkylating_agent"),
    *group("hydrocortisone, methylprednisolone, triamcinolone, betamethasone, cortisone", "corticosteroid", "immunosuppressant"),
    *group("atezolizumab, durvalumab, avelumab, cemiplimab, dostarlimab", "pd1_pdl1_blocker"),
    *group("epirubicin, idarubicin, daunorubicin, pegylated liposomal doxorubicin=liposomal doxorubicin", "anthracycline"),
    *group("ibuprofen, diclofenac, naproxen, indometacin=indomethacin, ketoprofen, celecoxib, gentamicin, amikacin, tobramycin, vancomycin, amphotericin b", "nephrotoxic"),
    *group("gentamicin, amikacin, tobramycin, vancomycin, amoxicillin, amoxicillin/clavulanate=co-amoxiclav, ampicillin, cefuroxime, ceftriaxone, cefalexin=cephalexin, nitrofurantoin, fosfomycin, trimethoprim, co-trimoxazole=trimethoprim/sulfamethoxazole, doxycycline, azithromycin, clarithromycin, erythromycin, clindamycin, metronidazole, pivmecillinam", "antibiotic"),
    *group("aciclovir=acyclovir, valaciclovir=valacyclovir, famciclovir, entecavir, tenofovir, lamivudine", "antiviral"),
    *group("filgrastim, pegfilgrastim, lenograstim", "growth_factor"),
    *group("zoledronic acid=zoledronate, pamidronate=pamidronic acid, ibandronate, denosumab, alendronate", "bone_agent"),
    *group("omeprazole, pantoprazole, esomeprazole, lansoprazole, rabeprazole, famotidine, ranitidine", "acid_reducer"),
    *group("amlodipine, nifedipine, felodipine, lisinopril, ramipril, enalapril, perindopril, losartan, valsartan, candesartan, telmisartan, hydrochlorothiazide, indapamide, chlortalidone, spironolactone, eplerenone, doxazosin", "blood_pressure"),
    *group("furosemide=frusemide, torasemide, bumetanide", "diuretic"),
    *group("simvastatin, atorvastatin, rosuvastatin, pravastatin, fluvastatin, ezetimibe", "lipid_lowering"),
    *group("metformin, insulin, gliclazide, glimepiride, sitagliptin, empagliflozin, dapagliflozin, liraglutide, semaglutide", "glucose_lowering"),
    *group("levothyroxine=thyroxine, carbimazole=thiamazole", "thyroid"),
    *group("paracetamol=acetaminophen, metamizole", "analgesic"),
    *group("allopurinol, febuxostat, folic acid, vitamin d=colecalciferol=cholecalciferol, calcium, calcium carbonate, iron, potassium chloride, vitamin b12=cyanocobalamin, magnesium", "supplement"),
    *group("sertraline, citalopram, escitalopram, fluoxetine, paroxetine, venlafaxine, duloxetine, bupropion", "antidepressant"),
    *group("ondansetron, granisetron, metoclopramide, domperidone, loperamide, lactulose, macrogol=polyethylene glycol, senna, bisacodyl", "gastrointestinal"),
    *group("ketoconazole, itraconazole, fluconazole, voriconazole, posaconazole, nystatin, terbinafine", "antifungal"),
    *group("salbutamol=albuterol, salmeterol, formoterol, tiotropium, budesonide, fluticasone, beclometasone, montelukast", "respiratory"),
    *group("tamsulosin, finasteride, oxybutynin, tolterodine, solifenacin, mirabegron", "urinary"),
    *group("clofazimine, dapsone", "leprosy"),
    *group("venetoclax, selinexor, panobinostat, ibrutinib, acalabrutinib, belantamab mafodotin, teclistamab, ciltacabtagene autoleucel, idecabtagene vicleucel, mitomycin=mitomycin c, valrubicin", "anticancer"),
)  # fmt: skip

CONDITIONS = (
    *group("deep vein thrombosis=dvt, pulmonary embolism=pe, venous thromboembolism=vte", "venous_thromboembolism"),
    *group("myocardial infarction=heart attack, stroke=cerebrovascular accident, transient ischaemic attack=tia", "arterial_thromboembolism"),
    *group("multiple myeloma=myeloma=plasma cell myeloma, smouldering myeloma, monoclonal gammopathy=mgus", "malignancy", "plasma_cell_disease"),
    *group("chronic lymphocytic leukaemia=chronic lymphocytic leukemia=cll", "chronic_lymphocytic_leukaemia", "malignancy"),
    *group("mantle cell lymphoma=mcl, follicular lymphoma, marginal zone lymphoma, hodgkin lymphoma, bladder cancer, melanoma, basal cell carcinoma, squamous cell carcinoma, breast cancer, prostate cancer, colorectal cancer, lung cancer, kaposi sarcoma", "malignancy"),
    *group("myelodysplastic syndrome=mds", "malignancy"),
    *group("hepatitis b=chronic hepatitis b", "hepatitis_b"),
    *group("hiv infection=hiv=aids", "hiv", "immunodeficiency"),
    *group("primary immunodeficiency=immunodeficiency, common variable immunodeficiency=cvid, severe combined immunodeficiency=scid", "immunodeficiency"),
    *group("tuberculosis=active tuberculosis", "active_tuberculosis"),
    *group("latent tuberculosis", "latent_tuberculosis"),
    *group("psoriasis, vitiligo, pemphigus, lichen planus, lupus=systemic lupus erythematosus=sle, rheumatoid arthritis, multiple sclerosis, crohn disease=crohn's disease, ulcerative colitis, stevens-johnson syndrome, erythema multiforme, alopecia areata", "autoimmune_disease"),
    *group("graft-versus-host disease=gvhd", "graft_versus_host_disease"),
    *group("peripheral neuropathy=neuropathy=polyneuropathy", "neuropathy"),
    *group("bradycardia=sick sinus syndrome", "bradycardia"),
    *group("epilepsy=seizures", "seizures"),
    *group("urinary tract infection=uti=cystitis", "urinary_infection"),
    *group("xeroderma pigmentosum, basal cell naevus syndrome=gorlin syndrome", "xeroderma_or_naevus_syndrome"),
    *group("erythema nodosum leprosum=enl, leprosy", "leprosy"),
    *group("hypertension=high blood pressure, diabetes=type 2 diabetes=type 1 diabetes=diabetes mellitus, heart failure, coronary artery disease=ischaemic heart disease, atrial fibrillation, hyperlipidaemia=hyperlipidemia, chronic obstructive pulmonary disease=copd, asthma, chronic kidney disease, cirrhosis, hepatitis c, hypothyroidism, hyperthyroidism, osteoporosis, osteoarthritis, gout, depression, anxiety, obesity, anaemia=anemia, al amyloidosis=amyloidosis, benign prostatic hyperplasia, gastro-oesophageal reflux=gerd, glaucoma, cataract, migraine, actinic keratosis, genital warts", "other"),
)  # fmt: skip

ALLERGIES = (
    *group("thalidomide, lenalidomide, pomalidomide", "imid"),
    *group("dexamethasone, imiquimod, bcg, aspirin=acetylsalicylic acid, heparin, iodine, contrast medium, latex, penicillin, sulfonamides=sulfa, cephalosporins, lactose, nuts, peanuts, egg, pollen, dust mites, bee venom=wasp venom, parabens=methyl hydroxybenzoate=propyl hydroxybenzoate, nickel, codeine, morphine, ibuprofen, allopurinol, rituximab", "other"),
)  # fmt: skip
