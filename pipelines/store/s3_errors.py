"""What an S3 server's or client's error means, in words for the person who has to act. Never a secret in them."""

from __future__ import annotations

# A HEAD's answer has no body: its code is the bare status.
NO_SUCH_BYTES = {"404", "NoSuchKey", "NotFound", "416", "InvalidRange"}
# The last: parts were joined before, and the answer was lost.
TAKEN = {"412", "PreconditionFailed", "409", "ConditionalRequestConflict", "NoSuchUpload"}
UNKNOWN_TO_IT = {"501", "NotImplemented"}

_KEYS = (
    "the store refuses the credentials; look at AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, the profile or the role"
)
_SKEWED = "this machine's clock differs too much from the store's; set it (NTP), then try again"
_ANSWERS = {
    "NoSuchBucket": "the bucket does not exist; create it or correct [archive] store",
    "InvalidAccessKeyId": _KEYS,
    "SignatureDoesNotMatch": _KEYS,
    "InvalidToken": _KEYS,
    "ExpiredToken": "the credentials have expired; renew them",
    "AccessDenied": "these credentials have no right to do this here; look at the bucket's policy",
    "RequestTimeTooSkewed": _SKEWED,
    "RequestExpired": _SKEWED,
    "PermanentRedirect": "the bucket lives in another region or behind another endpoint; correct [s3] region",
    "AuthorizationHeaderMalformed": "the bucket lives in another region; correct [s3] region",
    "IllegalLocationConstraintException": "the bucket lives in another region; correct [s3] region",
    "BadDigest": "the bytes were damaged on their way; the store took nothing",
    "XAmzContentSHA256Mismatch": "the bytes were damaged on their way; the store took nothing",
}
_TROUBLES = {
    "NoCredentialsError": "there are no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile",
    "PartialCredentialsError": "half of the credentials is missing; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    "EndpointConnectionError": "nothing answers at the store's address; look at [s3] endpoint_url and the network",
    "ConnectTimeoutError": "the store's address does not answer in time; look at [s3] endpoint_url and the network",
    "ReadTimeoutError": "the store took the request and does not answer in time",
    "ConnectionClosedError": "the store closed the connection without an answer",
    "ResponseStreamingError": "the connection broke in the middle of the answer",
    "IncompleteReadError": "the connection broke in the middle of the answer",
    "SSLError": "the store's certificate cannot be verified; look at [s3] endpoint_url and AWS_CA_BUNDLE",
    "InvalidDNSNameError": "this is no name a bucket can have; correct [archive] store",
    "ParamValidationError": "the request cannot be made; look at the bucket's name in [archive] store",
}


def code_of(error: BaseException) -> str:
    """The code of a server's error: S3's word, or the bare status where there was none; "" for a client's error."""
    response = getattr(error, "response", None)
    return str(response.get("Error", {}).get("Code", "")) if isinstance(response, dict) else ""


def cause(error: Exception) -> str:
    """What happened and what to do, by the server's code or by the name of the client's exception."""
    code = code_of(error)
    if code:
        return f"{_ANSWERS.get(code, 'the store did not do it')} (answer {code})"
    name = type(error).__name__
    return f"{_TROUBLES.get(name, 'the store cannot be used')} ({name})"
