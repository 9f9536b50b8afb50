"""The clinical codes that the portal knows by name: LOINC, ICD-10, ATC.

Only what the synthetic data needs. A code that is not listed here is accepted where its form is right.
LOINC is (c) Regenstrief Institute, ICD-10 and ATC are published by the World Health Organization.
"""
