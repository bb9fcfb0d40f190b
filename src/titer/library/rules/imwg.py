"""Response criteria of the International Myeloma Working Group, serum M-protein part.

Answers:  from which fall or rise of the serum M-protein on a response or progression is counted.
Not for:  urine M-protein, free light chains, plasmacytomas, marrow or bone: patients are taken to have measurable serum
          disease, and nothing else to progress by.
Assumed:  complete response, which needs a negative immunofixation and a marrow, is stood in for by a serum M-protein
          below 0.5 g/L. Laboratories detected every M-protein of 1 g/L or more by electrophoresis, and immunofixation
          saw somewhat less (Jacobs 2020, doi 10.1515/cclm-2019-1105).
"""

from titer.clinic.response import ResponseCriteria
from titer.model.declare import Source

RAJKUMAR_2011 = Source(
    "Rajkumar et al. 2011, Blood 117:4691, consensus panel 1, tables 2 and 3", "10.1182/blood-2010-10-299487"
)
KUMAR_2016 = Source("Kumar et al. 2016, Lancet Oncol 17:e328, table 4", "10.1016/S1470-2045(16)30206-6")

_FALLS = {"minor_fall": 0.25, "partial_fall": 0.50, "very_good_fall": 0.90, "complete_below": 0.5}

IMWG_2011 = ResponseCriteria(
    name="IMWG 2011",
    rise=0.25,
    rise_absolute=5.0,
    large_rise=10.0,
    large_rise_from=50.0,
    nadir="lowest",
    wording="Increase of 25% from lowest response value in serum M-component (absolute increase must be >= 0.5 g/dL); "
    "increases >= 1 g/dL are sufficient if the starting M-component is >= 5 g/dL; two consecutive assessments",
    source=RAJKUMAR_2011,
    **_FALLS,
)
IMWG_2016 = ResponseCriteria(
    name="IMWG 2016",
    rise=0.25,
    rise_absolute=5.0,
    large_rise=10.0,
    large_rise_from=50.0,
    nadir="confirmed",
    wording="Increase of 25% from lowest confirmed response value in serum M-protein (absolute increase must be >= 0.5 "
    "g/dL); serum M-protein increase >= 1 g/dL, if the lowest M component was >= 5 g/dL; two consecutive assessments",
    source=KUMAR_2016,
    **_FALLS,
)
