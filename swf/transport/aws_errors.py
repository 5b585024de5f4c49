"""The one place where errors of botocore become errors of this package."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from botocore import exceptions as boto
from botocore.parsers import ResponseParserError

from swf.exceptions import (
    ConnectionFailedError,
    CredentialsError,
    PollTimeout,
    ReadTimeout,
    ResponseError,
    ServiceFault,
    SettingsError,
    SWFError,
    ValidationError,
)
from swf.fault import fault_class
from swf.transport.reply import POLLS
from swf.transport.resource import resource_of

_KINDS: Final[tuple[tuple[str, type[SWFError]], ...]] = (
    # By name, since not every version of botocore has them all; the first that fits decides.
    ("ReadTimeoutError", ReadTimeout),
    ("ConnectionError", ConnectionFailedError),
    ("InvalidProxiesConfigError", SettingsError),
    ("HTTPClientError", ConnectionFailedError),
    ("IncompleteReadError", ConnectionFailedError),
    ("ChecksumError", ConnectionFailedError),
    ("NoCredentialsError", CredentialsError),
    ("PartialCredentialsError", CredentialsError),
    ("CredentialRetrievalError", CredentialsError),
    ("MetadataRetrievalError", CredentialsError),
    ("NoAuthTokenError", CredentialsError),
    ("TokenRetrievalError", CredentialsError),
    ("UnknownCredentialError", CredentialsError),
    ("RefreshWithMFAUnsupportedError", CredentialsError),
    ("SSOError", CredentialsError),
    ("LoginError", CredentialsError),
    ("ParamValidationError", ValidationError),
    ("BaseEndpointResolverError", SettingsError),
    ("EndpointProviderError", SettingsError),
    ("InvalidEndpointConfigurationError", SettingsError),
    ("InvalidConfigError", SettingsError),
    ("InvalidDefaultsMode", SettingsError),
    ("InvalidRegionError", SettingsError),
    ("InvalidRetryConfigurationError", SettingsError),
    ("ConfigNotFound", SettingsError),
    ("ConfigParseError", SettingsError),
    ("InvalidIMDSEndpointError", SettingsError),
    ("InvalidIMDSEndpointModeError", SettingsError),
    ("ProfileNotFound", SettingsError),
    ("UnknownRegionError", SettingsError),
    ("UnknownServiceError", SettingsError),
    ("UnknownSignatureVersionError", SettingsError),
    ("UnsupportedSignatureVersionError", SettingsError),
    ("MissingDependencyException", SettingsError),
)

_CLASSES: Final = tuple((getattr(boto, name), kind) for name, kind in _KINDS if hasattr(boto, name))


@contextmanager
def mapped_errors(
    operation: str, params: Mapping[str, Any], endpoint_url: str | None
) -> Generator[None]:
    """Turn whatever botocore raises in the block into the error of `swf.exceptions` for it.

    The cause is chained, without its traceback: the message tells all that it would.
    """
    try:
        yield
    except boto.ClientError as error:
        raise _answered(error, operation, params) from _bare(error)
    except boto.NoRegionError as error:
        raise _no_region(operation, params) from _bare(error)
    except ResponseParserError as error:
        raise ServiceFault(
            str(error),
            operation=operation,
            resource=resource_of(ServiceFault, operation, params),
            request_id=getattr(error, "request_id", None),  # a user's client has errors of its own
        ) from _bare(error)
    except boto.BotoCoreError as error:
        raise _failed(error, operation, params, endpoint_url) from _bare(error)


def _no_region(operation: str, params: Mapping[str, Any]) -> SettingsError:
    return SettingsError(
        "no region: give region= to swf.connect() or swf.settings.set(), set the environment "
        "variable AWS_DEFAULT_REGION, or write it under [defaults] in ~/.swf; to do without AWS, "
        "give endpoint_url='sqlite:///swf.db'",
        operation=operation,
        resource=resource_of(SettingsError, operation, params),
    )


def _bare(error: Exception) -> Exception:
    """Return the error without the frames of botocore, which tell a user nothing."""
    error.__suppress_context__ = True
    return error.with_traceback(None)


def _answered(error: boto.ClientError, operation: str, params: Mapping[str, Any]) -> ResponseError:
    response: Mapping[str, Any] = error.response
    told = response.get("Error", {})
    fault = str(told.get("Code") or "Unknown").rpartition("#")[2].partition(":")[0]
    metadata = response.get("ResponseMetadata", {})
    status = metadata.get("HTTPStatusCode", 400)
    message = str(told.get("Message") or response.get("message") or "")
    kind = fault_class(fault, operation, message, status)
    return kind(
        message or f"SWF answered {fault} (HTTP {status})",
        operation=operation,
        resource=resource_of(kind, operation, params),
        fault=fault,
        request_id=metadata.get("RequestId"),
    )


def _failed(
    error: boto.BotoCoreError, operation: str, params: Mapping[str, Any], endpoint_url: str | None
) -> SWFError:
    kind = next((kind for name, kind in _CLASSES if isinstance(error, name)), SWFError)
    message = str(error)
    if isinstance(error, boto.NoCredentialsError):
        message = (
            "no credentials: give a key pair or profile= to swf.connect() or "
            "swf.settings.set(), set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "
            "or write them under [credentials] in ~/.swf"
        )
    elif issubclass(kind, ConnectionFailedError) and endpoint_url and endpoint_url not in message:
        message = f"{endpoint_url}: {message}"
    if kind is ReadTimeout and operation in POLLS:
        kind = PollTimeout
    return kind(message, operation=operation, resource=resource_of(kind, operation, params))
