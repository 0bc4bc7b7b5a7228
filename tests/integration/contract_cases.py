"""The contract, sections 3 to 6, through a web server. Each runner mixes these cases into a test of its server."""
from integration.answer_cases import AnswerCases
from integration.cors_cases import CorsCases
from integration.refusal_cases import RefusalCases
from integration.request_cases import RequestCases
from integration.signature_cases import SignatureCases


class ContractCases(RequestCases, SignatureCases, AnswerCases, RefusalCases, CorsCases):
    """All cases."""
