"""Codes of medicines as FHIR bundles carry them: WHO ATC and RxNorm ingredients, with the name a record uses.

A line is `name: system code seen, …`; `seen` says in which published list the code and its name were read (the keys are
in `titer.interop.fhir.codes.SEEN`), `-` that it is from memory. Only forms that act in the whole body are listed: a
cream or eye drops have other ATC codes, and are told as not understood. Names are those of the ATC index, shorter where
a salt is meant; a combination is named by the part that rules ask for.
"""

from __future__ import annotations

MEDICINES = """
thalidomide: atc L04AX02 atc, rx 10432 ohdsi
lenalidomide: atc L04AX04 atc, rx 342369 ohdsi
pomalidomide: atc L04AX06 atc, rx 1369713 ohdsi
bcg: atc L03AX03 atc, atc J07AN01 atc
imiquimod: atc D06BB10 atc

dexamethasone: atc H02AB02 atc, rx 3264 ohdsi
prednisone: atc H02AB07 atc, rx 8640 ohdsi
prednisolone: atc H02AB06 atc, rx 8638 ohdsi
methylprednisolone: atc H02AB04 atc, rx 6902 ohdsi
hydrocortisone: atc H02AB09 atc, rx 5492 ohdsi
betamethasone: atc H02AB01 atc, rx 1514 ohdsi
triamcinolone: atc H02AB08 atc, rx 10759 ohdsi
deflazacort: atc H02AB13 atc, rx 22396 ohdsi
cortisone: atc H02AB10 atc, rx 2878 ohdsi

tacrolimus: atc L04AD02 atc, rx 42316 nmdp
ciclosporin: atc L04AD01 atc, rx 3008 nmdp
voclosporin: atc L04AD03 atc
azathioprine: atc L04AX01 atc, rx 1256 ohdsi
mycophenolic acid: atc L04AA06 atc, rx 68149 ohdsi
sirolimus: atc L04AH01 atc, atc L04AA10 atc21, rx 35302 nmdp
everolimus: atc L04AH02 atc, atc L04AA18 atc21, atc L01EG02 atc, rx 141704 ohdsi
methotrexate: atc L04AX03 atc, atc L01BA01 atc, rx 6851 ohdsi
leflunomide: atc L04AK01 atc, atc L04AA13 atc21, rx 27169 ohdsi
abatacept: atc L04AA24 atc, rx 614391 nmdp
belatacept: atc L04AA28 atc
fingolimod: atc L04AE01 atc, atc L04AA27 atc21
natalizumab: atc L04AG03 atc, atc L04AA23 atc21
ocrelizumab: atc L04AG08 atc, atc L04AA36 atc21, rx 1876366 ohdsi
alemtuzumab: atc L04AG06 atc, atc L04AA34 atc21, rx 117055 nmdp
tofacitinib: atc L04AF01 atc, atc L04AA29 atc21, rx 1357536 ohdsi
baricitinib: atc L04AF02 atc, atc L04AA37 atc21, rx 2047232 ohdsi
upadacitinib: atc L04AF03 atc, atc L04AA44 atc21
tocilizumab: atc L04AC07 atc, rx 612865 nmdp
ustekinumab: atc L04AC05 atc, rx 847083 ohdsi
etanercept: atc L04AB01 atc, rx 214555 ohdsi
infliximab: atc L04AB02 atc, rx 191831 ohdsi
adalimumab: atc L04AB04 atc, rx 327361 ohdsi
certolizumab pegol: atc L04AB05 atc, rx 709271 ohdsi
golimumab: atc L04AB06 atc, rx 819300 ohdsi

isoniazid: atc J04AC01 atc, rx 6038 ohdsi
rifampicin: atc J04AB02 atc, rx 9384 ohdsi
rifabutin: atc J04AB04 atc, rx 55672 ohdsi
rifapentine: atc J04AB05 atc, rx 35617 ohdsi
ethambutol: atc J04AK02 atc, rx 4110 ohdsi
pyrazinamide: atc J04AK01 atc, rx 8987 ohdsi
streptomycin: atc J01GA01 atc, rx 10109 ohdsi
aminosalicylic acid: atc J04AA01 atc, rx 7833 ohdsi
cycloserine: atc J04AB01 atc, rx 3007 ohdsi
capreomycin: atc J04AB30 atc, rx 78903 ohdsi
bedaquiline: atc J04AK05 atc, rx 1364504 ohdsi

ciprofloxacin: atc J01MA02 atc, rx 2551 ohdsi
levofloxacin: atc J01MA12 atc, rx 82122 ohdsi
ofloxacin: atc J01MA01 atc, rx 7623 ohdsi
moxifloxacin: atc J01MA14 atc, rx 139462 ohdsi
norfloxacin: atc J01MA06 atc, rx 7517 ohdsi
enoxacin: atc J01MA04 atc, rx 3925 ohdsi
cefalexin: atc J01DB01 atc, rx 2231 ohdsi
cefuroxime: atc J01DC02 atc, rx 2194 ohdsi
ceftriaxone: atc J01DD04 atc, rx 2193 ohdsi
amoxicillin: atc J01CA04 atc, rx 723 ohdsi
nitrofurantoin: atc J01XE01 atc
fosfomycin: atc J01XX01 atc
trimethoprim: atc J01EA01 atc, rx 10829 ohdsi
doxycycline: atc J01AA02 atc, rx 3640 ohdsi
clarithromycin: atc J01FA09 atc, rx 21212 ohdsi
azithromycin: atc J01FA10 atc, rx 18631 ohdsi
gentamicin: atc J01GB03 atc, rx 1596450 ohdsi
amikacin: atc J01GB06 atc, rx 641 ohdsi

cyclophosphamide: atc L01AA01 atc, rx 3002 ohdsi
melphalan: atc L01AA03 atc, rx 6718 nmdp
bendamustine: atc L01AA09 atc, rx 134547 ohdsi
chlorambucil: atc L01AA02 atc
busulfan: atc L01AB01 atc, rx 1828 nmdp
ifosfamide: atc L01AA06 atc, rx 5657 ohdsi
fludarabine: atc L01BB05 atc, rx 24698 nmdp
cladribine: atc L01BB04 atc, atc L04AA40 atc
azacitidine: atc L01BC07 atc, rx 1251 nmdp
cytarabine: atc L01BC01 atc, rx 3041 nmdp
gemcitabine: atc L01BC05 atc, rx 12574 ohdsi
mercaptopurine: atc L01BB02 atc
fluorouracil: atc L01BC02 atc, rx 4492 ohdsi
capecitabine: atc L01BC06 atc, rx 194000 ohdsi
doxorubicin: atc L01DB01 atc, rx 3639 ohdsi
vincristine: atc L01CA02 atc, rx 11202 ohdsi
cisplatin: atc L01XA01 atc, rx 2555 ohdsi

bortezomib: atc L01XG01 atc, rx 358258 nmdp
carfilzomib: atc L01XG02 atc, rx 1302966 nmdp
ixazomib: atc L01XG03 atc, rx 1723735 nmdp
daratumumab: atc L01FC01 atc, atc L01XC24 atc21, rx 1721947 ohdsi
isatuximab: atc L01FC02 atc, atc L01XC38 atc21, rx 2282018 ohdsi
elotuzumab: atc L01FX08 atc, atc L01XC23 atc21, rx 1726104 ohdsi
rituximab: atc L01FA01 atc, atc L01XC02 atc21, rx 121191 ohdsi
obinutuzumab: atc L01FA03 atc, atc L01XC15 atc21, rx 974779 ohdsi
ibrutinib: atc L01EL01 atc, rx 1442981 ohdsi
venetoclax: atc L01XX52 atc
pembrolizumab: atc L01FF02 atc, atc L01XC18 atc21, rx 1547545 ohdsi
nivolumab: atc L01FF01 atc, atc L01XC17 atc21, rx 1597876 ohdsi
atezolizumab: atc L01FF05 atc, atc L01XC32 atc21, rx 1792776 ohdsi
durvalumab: atc L01FF03 atc, atc L01XC28 atc21, rx 1919503 ohdsi

fluvoxamine: atc N06AB08 atc, rx 42355 ohdsi
warfarin: atc B01AA03 atc, rx 11289 ohdsi
acenocoumarol: atc B01AA07 atc
phenprocoumon: atc B01AA04 atc
enoxaparin: atc B01AB05 atc
dalteparin: atc B01AB04 atc
tinzaparin: atc B01AB10 atc
heparin: atc B01AB01 atc
apixaban: atc B01AF02 atc, rx 1364430 ohdsi
rivaroxaban: atc B01AF01 atc, rx 1114195 ohdsi
edoxaban: atc B01AF03 atc, rx 1599538 ohdsi
dabigatran: atc B01AE07 atc, rx 1037042 ohdsi
acetylsalicylic acid: atc B01AC06 atc, atc N02BA01 atc, rx 1191 ohdsi
erythropoietin: atc B03XA01 atc, rx 105694 ohdsi
darbepoetin alfa: atc B03XA02 atc, rx 283838 ohdsi
ethinylestradiol: atc G03AA07 atc, atc G03AA09 atc, atc G03AA12 atc
estradiol: atc G03CA03 atc
"""

# Other names of the same substance, looked for in a display or a text where the code is not listed.
SAME_SUBSTANCE = {
    "cyclosporine": "ciclosporin",
    "cyclosporin": "ciclosporin",
    "rifampin": "rifampicin",
    "cephalexin": "cefalexin",
    "mycophenolate mofetil": "mycophenolic acid",
    "mycophenolate": "mycophenolic acid",
    "4-aminosalicylic acid": "aminosalicylic acid",
    "aspirin": "acetylsalicylic acid",
    "epoetin alfa": "erythropoietin",
    "dabigatran etexilate": "dabigatran",
    "revlimid": "lenalidomide",
    "pomalyst": "pomalidomide",
    "imnovid": "pomalidomide",
    "thalomid": "thalidomide",
    "bacillus calmette-guerin": "bcg",
}
