"""The sandbox's data: invented people, facilities, illnesses, results and stocks; seeded, the same every time."""

from portal.connect.synthetic.loading import load_fixtures, load_people
from portal.connect.synthetic.people import COUNT, NAMED, Person, people

__all__ = ["COUNT", "NAMED", "Person", "load_fixtures", "load_people", "people"]
