"""What to know of the scenarios of the tissue of Rao 2023."""

CRP_NOTE = (
    "CRP rests at 51.5 mg/L in the source, where half of adults have 0.6 to 2.7 (CoLaus 2011). Look at how far it "
    "rises. In the core of `titer explore` it rests at 2 mg/L."
)
