"""A population for the matching trial: families of several African countries, seeded, the same every time.

Households share a family name and a phone. Twins are born as often as they are in West Africa. Names are drawn with the
uneven frequencies that names have, and every twelfth birth date is an estimate.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from portal.connect.matching import Demographics
from portal.connect.names import fold

WOMEN, MEN, FAMILIES, TWIN_NAMES, DIALLING = range(5)

COUNTRIES: dict[str, tuple[str, str, str, str, str]] = {
    "SN": (
        "Fatou Aminata Awa Khady Mariama Sokhna Ndèye Aïssatou Coumba Astou Rama Bineta Mame-Diarra Adama Oumou Seynabou "
        "Fatou-Bintou Ndèye-Fatou Aïda Yacine Marième Dieynaba Rokhaya Maïmouna Nafissatou Penda Sira Thioro",
        "Mamadou Moussa Ibrahima Cheikh Ousmane Abdoulaye Modou Alioune Babacar Pape Serigne Amadou Lamine Oumar Assane "
        "Cheikh-Ahmadou Malick Idrissa Samba El-Hadji Boubacar Souleymane Mbaye Demba Habib Khadim Saliou Moustapha",
        "Diop Ndiaye Fall Sarr Gueye Faye Seck Sow Ba Diallo Sy Cissé Mbaye Thiam Kane Ndour Diouf Sène Touré Camara "
        "Niang Wade Lô Dieng Samb Badji Sané Mané Diatta Mbengue",
        "Adama/Awa Assane/Ousseynou Ousseynou/Assane Awa/Adama Fatou/Fatima Assane/Ousmane",
        "+22177",
    ),
    "NG": (
        "Ngozi Chioma Adaeze Ifeoma Amaka Halima Aisha Zainab Hauwa Fatima Folake Temitope Funmilayo Yetunde Titilayo "
        "Blessing Chinwe Nkechi Oluchi Onyinyechi Maryam Rukayya Khadija Omolara Adébímpé Ebele Uchenna Ìyábọ̀",
        "Chukwuemeka Oluwaseun Emeka Chinedu Ikenna Obinna Musa Ibrahim Abubakar Sani Yusuf Usman Tunde Babatunde Femi "
        "Adéwálé Kayode Segun Chidi Uche Nnamdi Onyekachi Onyekachukwu Aliyu Bello Garba Sunday Emmanuel Kehinde Taiwo",
        "Okafor Adébáyọ̀ Eze Balogun Okonkwo Ibrahim Musa Abubakar Adeyemi Ogunleye Nwosu Okeke Obi Uzoma Mohammed Bello "
        "Lawal Afolabi Ojo Nwachukwu Danjuma Suleiman Olawale Akinola Ige Umeh Igwe Abdullahi Yakubu Onyeka",
        "Taiwo/Kehinde Kehinde/Taiwo Hassan/Hussaini Hassana/Hussaina Chidi/Chidiebere Onyekachi/Onyekachukwu",
        "+23480",
    ),
    "KE": (
        "Wanjiru Wanjiku Wambui Njeri Nyambura Akinyi Atieno Achieng Adhiambo Chebet Chepkoech Jepkosgei Mwende Mumbua "
        "Kemunto Moraa Faith Mercy Grace Esther Wairimu Wangari Apiyo Adongo Naliaka Nekesa Halima Zawadi",
        "Kamau Mwangi Kariuki Njoroge Otieno Ochieng Odhiambo Omondi Kipchoge Kiprono Kiplagat Mutua Musyoka Kioko "
        "Barasa Wafula Brian Kevin Dennis Samuel Maina Karanja Opiyo Odongo Onyango Cheruiyot Kimani Juma",
        "Kamau Mwangi Otieno Odhiambo Ochieng Njoroge Kariuki Wanjala Mutua Musyoka Kiprono Cheruiyot Koech Wambua "
        "Maina Omondi Onyango Kimani Barasa Wafula Karanja Rotich Langat Kibet Ndung'u Gitau Muthoni Juma Nyaga Okoth",
        "Apiyo/Adongo Opiyo/Odongo Wanjiru/Wanjiku Wambui/Wairimu Faith/Grace Adongo/Apiyo",
        "+25471",
    ),
    "CI": (
        "Awa Adjoua Aya Akissi Amenan Affoué Ahou Mariam Fatoumata Aminata Salimata Rokia N'Deye Marie-Claire Sandrine "
        "Estelle Prisca Rose-Aimée Désirée Nafissatou Massandjé Maférima Tenin Alima Bintou Kadiatou Marie-Laure Edwige",
        "Kouassi Kouadio Koffi Konan Yao Kouamé N'Guessan Ibrahim Moussa Adama Seydou Bakary Mamadou Lacina Jean-Marc "
        "Jean-Baptiste Serge Didier Yves Arsène Souleymane Drissa Issouf Brou Kassi Amani Hervé Franck",
        "N'Guessan Kouassi Koné Ouattara Traoré Coulibaly Bamba Touré Diabaté Yao Kouamé Konan Koffi Kouadio Brou "
        "Kacou N'Dri Dembélé Soro Silué Gnahoré Zadi Séry Dosso Fofana Sangaré Cissé Doumbia Aka Assi",
        "N'Da/N'Guessan Awa/Adama Marie-Claire/Marie-Laure Lacina/Lassina Jean-Marc/Jean-Luc Fatoumata/Fatima",
        "+22507",
    ),
    "CD": (
        "Grâce Merveille Dorcas Esther Rebecca Gloire Mbombo Kapinga Ngalula Mujinga Bijou Béatrice Nsimba Nzuzi Chantal "
        "Marie-Thérèse Julie Clarisse Naomie Exaucée Plamedi Jolie Solange Thérèse Mwamba Kabedi Tshiela Orthence",
        "Dieudonné Jean-Pierre Jean-Claude Patrick Christian Trésor Fiston Héritier Nsimba Nzuzi Mukendi Kalala Ilunga "
        "Mbuyi Kabeya Emmanuel Daniel Jonathan Exaucé Plamedi Junior Papy Cédrick Serge Didier Pascal Guy Alain",
        "Kabongo Ilunga Mukendi Tshisekedi-wa-Mulumba Kalala Kasongo Mbuyi Ngoy Mutombo Mwamba Kabila Lukusa Tshibangu "
        "Banza Kabeya Ntumba Mbala Nsimba Makiese Lumumba Bokungu Lokwa Mpiana Musampa Matondo Nlandu Phiri Kitenge",
        "Nsimba/Nzuzi Nzuzi/Nsimba Mbuyi/Kabanga Gloire/Grâce Jean-Pierre/Jean-Paul Mbombo/Mbuyi",
        "+24381",
    ),
    "ET": (
        "Hiwot Tigist Meseret Selamawit Bethlehem Rahel Hanna Sara Almaz Aster Genet Mulu Tsehay Birtukan Alemitu Zenebech "
        "Fikirte Mekdes Eden Helen Kidist Yordanos Feven Saba Lemlem Letebrhan Emebet Martha",
        "Yohannes Abebe Kebede Tesfaye Girma Getachew Dawit Solomon Haile Tadesse Bekele Alemayehu Mulugeta Yonas Samuel "
        "Daniel Biniam Ermias Fikru Habtamu Kassahun Lemma Mesfin Negash Robel Tewodros Worku Zerihun",
        "Tesfaye Abebe Kebede Girma Bekele Tadesse Haile Alemu Getachew Mekonnen Desta Assefa Wolde Gebremariam Hailu "
        "Tekle Mengistu Demissie Lemma Negash Worku Ayele Berhanu Gebreselassie Shiferaw Tilahun Zewde Admasu Fikre Teshome",
        "Hiwot/Hirut Eden/Edom Dawit/Daniel Sara/Saba Helen/Helina Yonas/Yohannes",
        "+25191",
    ),
    "RW": (
        "Uwase Keza Ishimwe Umutoni Uwimana Mukamana Mukandayisenga Nyirahabimana Ingabire Iradukunda Claudine Chantal "
        "Josiane Vestine Espérance Immaculée Béatha Divine Ange Aline Solange Marie-Rose Umuhoza Mutesi Gasaro Teta Sonia "
        "Odette",
        "Mugisha Habimana Innocent Eric Jean-Bosco Jean-de-Dieu Emmanuel Théogène Patrick Olivier Gakuru Gato Ndayisenga "
        "Nsengiyumva Kwizera Iradukunda Claude Fidèle Vianney Faustin Célestin Damascène Manzi Shema Cyusa Hirwa Ganza Kevin",
        "Habimana Uwimana Nkurunziza Niyonzima Mukamana Hakizimana Ndayisaba Bizimana Nsengimana Uwase Mugisha Munyaneza "
        "Ntawukuriryayo Rwigema Kagabo Gasana Karangwa Murenzi Twagirayezu Ngabonziza Nshimiyimana Tuyisenge Nzeyimana",
        "Gakuru/Gato Uwase/Uwera Ange/Angélique Keza/Teta Mugisha/Mugabo Divine/Délice",
        "+25078",
    ),
    "MA": (
        "Fatima Khadija Aïcha Zineb Meryem Salma Imane Hajar Sanae Nadia Latifa Naïma Fatima-Zahra Houda Asmae Ikram "
        "Ghizlane Loubna Malika Rachida Samira Karima Hanane Siham Btissam Oumaima Chaïmae Rim",
        "Mohamed Ahmed Youssef Hassan Omar Ali Mehdi Hamza Ayoub Abdellah Abderrahim Rachid Karim Said Mustapha Khalid "
        "Driss Brahim Hicham Yassine Abdelkader Abdelkarim Anas Reda Soufiane Nabil Zakaria Hussein",
        "El-Amrani Bennani Alaoui El-Idrissi Tazi Benjelloun El-Fassi Berrada Chraïbi Lahlou Ouazzani Benali Haddad "
        "El-Mansouri Zerouali Boukhari Naciri Amrani El-Khattabi Sebti Rami Hakimi Ziani Bouazza Mernissi Filali Saidi",
        "Hassan/Hussein Fatima/Zahra Salma/Salima Hajar/Hanane Hassan/Hossain Imane/Ikram",
        "+21266",
    ),
}
TWINS = 0.035
"""Of births that are followed by a twin: about 35 in a thousand maternities in parts of West Africa."""
ESTIMATED = 0.08
TODAY = date(2026, 1, 1)


@dataclass(frozen=True)
class Someone:
    """A person of the population, and the country whose names they bear."""

    demographics: Demographics
    country: str


def population(chance: random.Random, count: int) -> Iterator[Someone]:
    """Yield so many people, family by family."""
    drawn = 0
    while drawn < count:
        for someone in family(chance):
            if drawn < count:
                drawn += 1
                yield someone


def family(chance: random.Random) -> Iterator[Someone]:
    """Yield a household of one to eight."""
    head = person(chance)
    yield head
    for _ in range(chance.choice((0, 1, 2, 2, 3, 4, 5, 7))):
        yield relative(chance, head)
        if chance.random() < TWINS:
            yield twin(chance, head)


def person(chance: random.Random) -> Someone:
    """Return somebody of any age."""
    country = chance.choice(sorted(COUNTRIES))
    sex = chance.choice(("female", "male"))
    born = date(1938, 1, 1) + timedelta(days=chance.randrange(88 * 365))
    estimated = chance.random() < ESTIMATED
    drawn = Demographics(
        given_name=given_name(chance, country, sex),
        family_name=_pick(chance, country, FAMILIES),
        sex=sex,
        birth_date=born.replace(month=1, day=1) if estimated else born,
        birth_date_estimated=estimated,
        phone=phone(chance, country) if chance.random() < 0.9 else "",
    )
    return _numbered(chance, Someone(drawn, country))


def given_name(chance: random.Random, country: str, sex: str) -> str:
    """Return a given name; every sixth has two of them."""
    column = WOMEN if sex == "female" else MEN
    first = _pick(chance, country, column)
    second = _pick(chance, country, column)
    return f"{first} {second}" if chance.random() < 0.16 and second != first else first


def phone(chance: random.Random, country: str) -> str:
    """Return a mobile number."""
    return f"{COUNTRIES[country][DIALLING]}{chance.randrange(10**7):07}"


def relative(chance: random.Random, of: Someone) -> Someone:
    """Return a child, parent or sibling: the family name, mostly the phone, now and then the given name as well."""
    known = of.demographics
    sex = chance.choice(("female", "male"))
    years = chance.choice((-30, -26, -22, -4, -2, -1, 1, 2, 3, 20, 24, 28, 33))
    apart = timedelta(days=years * 365 + chance.randrange(-200, 200))
    born = known.birth_date + apart if known.birth_date + apart < TODAY else known.birth_date - abs(apart)
    estimated = chance.random() < ESTIMATED
    namesake = sex == known.sex and chance.random() < 0.08  # named after a parent, or after a child who died
    return _numbered(
        chance,
        replace(
            of,
            demographics=Demographics(
                given_name=known.given_name if namesake else given_name(chance, of.country, sex),
                family_name=known.family_name,
                sex=sex,
                birth_date=born.replace(month=1, day=1) if estimated else born,
                birth_date_estimated=estimated,
                phone=_household_phone(chance, of),
            ),
        ),
    )


def twin(chance: random.Random, of: Someone) -> Someone:
    """Return a twin: everything the same but the given name and every third time the sex."""
    known = of.demographics
    sex = known.sex if chance.random() < 0.67 else {"female": "male", "male": "female"}[known.sex]
    names = dict(pair.split("/") for pair in COUNTRIES[of.country][TWIN_NAMES].split())
    given = names.get(known.given_name) or given_name(chance, of.country, sex)
    while set(fold(given)) & set(fold(known.given_name)):
        given = given_name(chance, of.country, sex)
    phone_ = _household_phone(chance, of)
    return _numbered(
        chance,
        replace(
            of,
            demographics=replace(
                known, given_name=given, sex=sex, phone=phone_, identifiers=frozenset(), verified=frozenset()
            ),
        ),
    )


def _household_phone(chance: random.Random, of: Someone) -> str:
    return of.demographics.phone if chance.random() < 0.75 else phone(chance, of.country)


def _pick(chance: random.Random, country: str, column: int) -> str:
    """Return a name; the first of the list is borne by ten times as many as the last."""
    names = COUNTRIES[country][column].split()
    weights = [1 / (1 + 9 * place / len(names)) for place in range(len(names))]
    return chance.choices(names, weights)[0]


def _numbered(chance: random.Random, someone: Someone) -> Someone:
    """Give every third a national number."""
    if chance.random() > 0.33:
        return someone
    number = frozenset({(f"urn:opescare:id:{someone.country.lower()}-national", f"{chance.randrange(10**10):010}")})
    return replace(someone, demographics=replace(someone.demographics, identifiers=number, verified=number))
