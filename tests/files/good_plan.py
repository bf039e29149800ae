"""One small good plan as the texts of its files, for tests that change a little of it."""

from collections.abc import Mapping
from pathlib import Path

GOOD: Mapping[str, str] = {
    "plan.toml": """\
name = "small"

[company]
name = "Example"
headquarters = "US"

[horizon]
start = "2025Q1"
periods = 4
length = "quarter"
annual_discount_rate = "8%"

[policy]
name = "three-tier-2025-01"
home_share = "50/100"

[economics]
must_place = "by_end"
first_period_share = "1/2"

[economics.defaults]
pue = 1.2

[changes]
retirement = false
relocation = false
relocation_cost_usd_per_unit = "1200.5"
relocation_lead_periods = 1

[limits."destination_share[MY]"]
setting = "5%"
kind = "policy"
""",
    "sites.csv": """\
site,country,power_mw,name,region,latitude,longitude,pue,opens_from,closes_after,max_units,min_units_if_open,allowed_accelerators,note
ohio,US,120.5,"Columbus, Ohio",east,39.9,-83,1.15,,,,,,
kl,MY,50,Kuala Lumpur,asia,3.1,101.7,,2025-04-02,2026Q1,1000,72,big;small,leased land
""",
    "power.csv": """\
site,period,power_mw,energy_price_usd_per_mwh
ohio,2025Q2,150,
kl,2025Q3,60,71.5
""",
    "accelerators.csv": """\
accelerator,tpp,power_kw,block,value_usd_per_hour,utilisation,life_years,price_usd
big,40000,1.9,72,3.5,0.8,5,30000
small,15832,1.3,8,2,,,
""",
    "deliveries.csv": """\
accelerator,period,units,lot,destination
big,2025Q1,720,A,
big,2025Q2,720,B,MY
small,2025Q1,80,,ohio
""",
    "installed.csv": """\
country,site,accelerator,units,placed_on,retires_on
MY,,A100,100,2023-05-01,
,ohio,small,16,,2025-06-30
""",
    "commitments.csv": """\
key,site,country,region,min_units,max_units,accelerator,from,until,only_if_used
floor,ohio,,,8,,small,2025Q2,,
cap,,MY,,,900,,,2025Q3,
east-coast,,,east,8,,,,,true
""",
    "unit_costs.csv": """\
name,usd_per_unit,rate_of_price,site,country,accelerator,period
freight,100,,,,,
tariff,,25%,,MY,big,2025Q2
""",
    "halls.csv": """\
site,hall,power_mw,modules,cost_usd,available_from,min_modules_if_open,reference
kl,kl-b,12.5,4,30000000,2025-05-01,1,Permit 12
ohio,north,20,2,,,,
""",
    "opening_limits.csv": """\
key,country,region,from,until,min_openings,max_openings,max_sites,max_countries,kind
pace,,,,2025Q3,0,1,,,
asia,,asia,2025Q2,,,,1,1,physical
""",
    "exclusions.csv": """\
site,other_site,reference
ohio,kl,Grid 4
""",
    "resources.csv": """\
resource,period,limit,unit,counts,kind
capex,,1500000,USD,added,
capex,2025Q3,800000.5,,,
water,,30,Ml,,physical
""",
    "resource_use.csv": """\
resource,site,country,region,accelerator,per_unit,per_opening,per_mw,per_mwh,rate_of_price,hall,per_module
capex,,MY,,big,100.5,,,,10%,,
capex,ohio,,,,,25000,,,,,
capex,,,,,,,,,,kl-b,1500
water,,,asia,,,,0.2,1/2000,,,
""",
    "external_use.csv": """\
country,period,tpp,units
MY,2024Q4,1000,
MY,2025Q3,5000,20
""",
}
VALUES = """\
site,accelerator,value_usd_per_unit,period
ohio,big,50000,
ohio,big,40000.5,2025Q2
ohio,small,-10,2025Q1
kl,big,60000,
"""


def write_files(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write the files of a plan into a new folder below `folder`."""
    plan = folder / "plan"
    plan.mkdir()
    for name, text in files.items():
        (plan / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return plan
