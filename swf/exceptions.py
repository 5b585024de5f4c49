"""Everything that `swf` raises on purpose, and what it warns of.

    SWFError
    ├── SettingsError (ValueError)              settings that cannot be used
    │   └── UnknownSettingError (TypeError)     a key that is none
    ├── ValidationError (ValueError)            refused before anything was sent
    │   └── ValidationTypeError (TypeError)
    ├── MultipleObjectsReturned                 `get()` found more than one
    ├── FieldError (TypeError)                  a lookup that a queryset does not know
    ├── PollTimeout (TimeoutError)              a poll ended without a task
    ├── IncompleteTaskError                     a decision task came without its history
    ├── ActivityCanceled                        an activity's code gives way to a cancel request
    ├── ActivityFailed                          an activity's code says itself how it failed
    ├── CompleteLater                           an activity is answered elsewhere, by its token
    ├── ActorError                              an actor cannot start, or lost a process
    │   ├── ActivityOverdueError (TimeoutError) an activity ran past its time-out
    │   ├── ProcessEndedError                   a process ended while it computed a task
    │   └── SlotsLostError                      too many threads are held by code without end
    ├── InconsistentHistoryError (ValueError)   a history that SWF cannot have written
    │   └── TransitionError                     an entity went where it cannot go
    ├── CorruptEventError                       a stored event is not the one that was recorded
    ├── ConnectionFailedError (ConnectionError) SWF could not be reached
    │   └── ReadTimeout (TimeoutError)          it was reached, and did not answer in time
    ├── CredentialsError (PermissionError)      no credentials, or half of a pair
    ├── NotPicklableError (TypeError)           a connection that belongs to this process
    ├── PayloadError                            a value cannot travel as text, or did not arrive
    │   ├── PayloadEncodeError (TypeError)      it has no form as text
    │   ├── PayloadDecodeError (ValueError)     the text is none of a value
    │   │   └── PayloadTypeError (LookupError)  of a type that nobody registered here
    │   ├── PayloadTooLargeError (ValueError)   longer than may be sent or stored
    │   ├── PayloadKeyError (LookupError)       encrypted with a key that is not in the ring
    │   ├── PayloadTamperedError                not what was sealed
    │   └── PayloadStoreError                   the store cannot be used
    │       └── PayloadMissingError (LookupError)  or does not have it
    ├── RemoteError                             code elsewhere failed, with a type not known here
    ├── EngineError                             the embedded SWF cannot do what it is asked
    │   └── DatabaseError                       its file cannot be used
    │       ├── DatabaseCorruptError            damaged
    │       ├── DatabaseForeignError            not a file of ours
    │       ├── DatabaseFullError               no room to write
    │       ├── DatabaseLockedError             another owns it
    │       ├── DatabaseMissingError (FileNotFoundError)
    │       ├── DatabaseNewerError              written by a later version of this package
    │       └── DatabaseReadOnlyError (PermissionError)
    └── ResponseError                           SWF answered with an error
        ├── ValidationFault (ValidationError)
        ├── ThrottlingFault
        ├── ServiceFault                        HTTP 5xx
        ├── AccessDeniedFault (PermissionError)
        │   └── InvalidCredentialsError (CredentialsError)
        ├── OperationNotPermittedFault (PermissionError)
        ├── LimitExceededFault
        │   └── TooManyTagsFault
        ├── DefaultUndefinedFault
        ├── TypeNotDeprecatedFault
        ├── DoesNotExistError (LookupError)
        │   └── UnknownResourceFault
        │       ├── DomainDoesNotExist
        │       ├── TypeDoesNotExist
        │       │   ├── ActivityTypeDoesNotExist
        │       │   └── WorkflowTypeDoesNotExist
        │       ├── WorkflowExecutionDoesNotExist
        │       └── TaskDoesNotExist
        │           ├── ActivityTaskDoesNotExist
        │           └── DecisionTaskDoesNotExist
        ├── AlreadyExistsError
        │   ├── DomainAlreadyExistsFault
        │   ├── TypeAlreadyExistsFault
        │   │   ├── ActivityTypeAlreadyExists
        │   │   └── WorkflowTypeAlreadyExists
        │   └── WorkflowExecutionAlreadyStartedFault
        └── DeprecatedError
            ├── DomainDeprecatedFault
            └── TypeDeprecatedFault
                ├── ActivityTypeDeprecated
                └── WorkflowTypeDeprecated

And what it warns of:

    SettingsWarning (UserWarning)               settings that are passed over, or not private

A class that ends in `Fault` is named as the fault code it stands for. Where one code serves several
resources (SWF answers `UnknownResourceFault` for everything), a subclass names the resource.
"""

from __future__ import annotations


class SWFError(Exception):
    """The root of every error of this package.

    `operation` is the API operation, `resource` what it was about (`Domain('x')`), `fault` the code
    that SWF sent, `request_id` the id under which AWS support finds the call: each None where there
    is none. The cause, if any, is `__cause__`.
    """

    def __init__(
        self,
        message: str = "",
        *,
        operation: str | None = None,
        resource: str | None = None,
        fault: str | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.operation = operation
        self.resource = resource
        self.fault = fault
        self.request_id = request_id

    def __str__(self) -> str:
        where = ", ".join(part for part in (self.operation, self.resource) if part)
        return ": ".join(part for part in (where, self.message) if part)

    def __repr__(self) -> str:
        told = {
            "operation": self.operation,
            "resource": self.resource,
            "fault": self.fault,
            "request_id": self.request_id,
        }
        fields = "".join(f", {name}={value!r}" for name, value in told.items() if value is not None)
        return f"{type(self).__name__}({self.message!r}{fields})"

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.message,), self.__dict__)


class SettingsError(SWFError, ValueError):
    """A setting, a settings file or an endpoint that cannot be used."""


class UnknownSettingError(SettingsError, TypeError):
    """A key that is not a setting; the message names it and lists those that are."""


class SettingsWarning(UserWarning):
    """A file or a variable that is passed over, or a file of secrets that others can read."""


class ValidationError(SWFError, ValueError):
    """An argument breaks a rule of the API; nothing was sent."""


class ValidationTypeError(ValidationError, TypeError):
    """An argument is of the wrong type; nothing was sent."""


class MultipleObjectsReturned(SWFError):
    """`get()` matched more than one object."""


class FieldError(SWFError, TypeError):
    """A lookup or an ordering that the queryset does not know."""


class PollTimeout(SWFError, TimeoutError):
    """A poll ended without a task: nothing is wrong, poll again."""


class IncompleteTaskError(SWFError):
    """A decision task was assigned, and its history could not be read to the end.

    `task_token` still answers it; unanswered, it times out and is given out again.
    """

    def __init__(
        self,
        message: str = "",
        *,
        task_token: str = "",
        operation: str | None = None,
        resource: str | None = None,
    ) -> None:
        super().__init__(message, operation=operation, resource=resource)
        self.task_token = task_token


class ActivityCanceled(SWFError):
    """Raised by an activity's own code: it stopped because that was requested.

    The worker answers RespondActivityTaskCanceled with `details`: a str, or what can be JSON.
    """

    def __init__(self, message: str = "", *, details: object = None) -> None:
        super().__init__(message)
        self.details = details


class ActivityFailed(SWFError):
    """Raised by an activity's own code: it failed, and says itself what SWF is told of that.

    The worker answers RespondActivityTaskFailed with `reason` and `details`, each shortened to what
    SWF takes.
    """

    def __init__(self, reason: str = "", *, details: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.details = details


class CompleteLater(SWFError):
    """Raised by an activity's own code: whoever has the task token will answer the task.

    The worker sends no answer then, and no heartbeat any more. The answer is an ActivityWorker's
    `complete(token)`, `fail(token)` or `cancel(token)`, in any process; until then SWF's time-outs
    go on.
    """


class ActorError(SWFError):
    """An actor cannot be started as asked, or something of its own ended unasked.

    That is a process, or a task's code that would have ended the program (`sys.exit()`).
    """


class ActivityOverdueError(ActorError, TimeoutError):
    """The code of an activity was still at work when the task's time-out had passed."""


class ProcessEndedError(ActorError):
    """A process ended while it computed a task; the message names the signal or the exit code."""


class SlotsLostError(ActorError):
    """More threads are held by activities past their time-outs than a worker puts up with.

    No thread can be ended from outside: the process has to be replaced.
    """


class InconsistentHistoryError(SWFError, ValueError):
    """An event contradicts the events before it; the message names it."""


class TransitionError(InconsistentHistoryError):
    """An event takes an entity to a state that it cannot reach from the one it is in."""


class CorruptEventError(SWFError):
    """A stored event is missing, or not as it was recorded; the message names it and its run.

    `run` is the number of the run in the database, `event_id` the event.
    """

    def __init__(
        self, message: str = "", *, run: int | None = None, event_id: int | None = None
    ) -> None:
        super().__init__(message)
        self.run = run
        self.event_id = event_id


class ConnectionFailedError(SWFError, ConnectionError):
    """SWF could not be reached, or the connection broke."""


class ReadTimeout(ConnectionFailedError, TimeoutError):
    """SWF was reached and did not answer in time: whether it acted is unknown."""


class CredentialsError(SWFError, PermissionError):
    """There are no usable credentials."""


class NotPicklableError(SWFError, TypeError):
    """A connection holds what cannot, or should not, be handed to another process."""


class PayloadError(SWFError):
    """A value cannot travel as text, or what travelled cannot be had again."""


class PayloadEncodeError(PayloadError, TypeError):
    """A value has no form as text; the message names its place, its type and the way out."""


class PayloadDecodeError(PayloadError, ValueError):
    """A text is not one that stands for a value; the message says what is wrong with it."""


class PayloadTypeError(PayloadDecodeError, LookupError):
    """A text holds a value of a type that is not registered in this process; it is named."""


class PayloadTooLargeError(PayloadError, ValueError):
    """A payload is longer than what may be sent, stored or read."""


class PayloadKeyError(PayloadError, LookupError):
    """A payload was encrypted with a key that the key ring does not have."""


class PayloadTamperedError(PayloadError):
    """A payload is not what was sealed: its size, its digest or its authentication differs."""


class PayloadStoreError(PayloadError):
    """The store of a payload cannot be reached or used, or is not the one it was put into."""


class PayloadMissingError(PayloadStoreError, LookupError):
    """The store does not have the payload that a text refers to."""


class RemoteError(SWFError):
    """Code elsewhere failed with an error of a type not known here: its `type`, its `traceback`."""

    def __init__(self, message: str = "", *, type: str | None = None, traceback: str = "") -> None:
        super().__init__(message)
        self.type = type
        self.traceback = traceback


class EngineError(SWFError):
    """The embedded SWF cannot do what it is asked; the message says what would help."""


class DatabaseError(EngineError):
    """The embedded SWF's file, which the message names, cannot be used."""


class DatabaseCorruptError(DatabaseError):
    """The file is damaged: it has to be restored from a backup, or repaired."""


class DatabaseForeignError(DatabaseError):
    """The file is none of this package's; nothing in it was touched."""


class DatabaseFullError(DatabaseError):
    """There is no room to write; what was not acknowledged was not done."""


class DatabaseLockedError(DatabaseError):
    """Another process, or another engine of this one, owns the file.

    `pid` is the owner's, None where it is not known. Where the owner serves the file to others,
    `address` is the URL to connect to, `access_key` and `secret_key` what to sign with.
    """

    def __init__(
        self,
        message: str = "",
        *,
        pid: int | None = None,
        address: str | None = None,
        access_key: str | None = None,
        secret_key: str | None = None,
    ) -> None:
        super().__init__(message)
        self.pid = pid
        self.address = address
        self.access_key = access_key
        self.secret_key = secret_key


class DatabaseMissingError(DatabaseError, FileNotFoundError):
    """There is no such file, or no directory to make it in."""


class DatabaseNewerError(DatabaseError):
    """A later version of this package wrote the file; only that one can read it."""


class DatabaseReadOnlyError(DatabaseError, PermissionError):
    """The file, or its directory, may not be written to."""


class ResponseError(SWFError):
    """SWF answered with an error."""


class ValidationFault(ResponseError, ValidationError):
    """SWF refused the request as malformed (`ValidationException` and its kin)."""


class ThrottlingFault(ResponseError):
    """The account or the execution makes more calls than SWF allows; try again later."""


class ServiceFault(ResponseError):
    """SWF, or what stands between us and it, failed to answer as SWF does (HTTP 5xx, 408, 3xx)."""


class AccessDeniedFault(ResponseError, PermissionError):
    """The caller's policy does not allow the operation."""


class InvalidCredentialsError(AccessDeniedFault, CredentialsError):
    """SWF does not know the access key, or the signature or token is not valid."""


class OperationNotPermittedFault(ResponseError, PermissionError):
    """The caller may not do this, in SWF's own words."""


class LimitExceededFault(ResponseError):
    """A quota is used up; the message says which."""


class TooManyTagsFault(LimitExceededFault):
    """A domain would have more than 50 tags."""


class DefaultUndefinedFault(ResponseError):
    """The type registers no default for a value that the request does not give either."""


class TypeNotDeprecatedFault(ResponseError):
    """Only a deprecated type can be deleted."""


class DoesNotExistError(ResponseError, LookupError):
    """What the operation is about does not exist (or, for an execution or a task, is not open)."""


class UnknownResourceFault(DoesNotExistError):
    """The fault that SWF answers for everything that it cannot find."""


class DomainDoesNotExist(UnknownResourceFault):
    """There is no such domain."""


class TypeDoesNotExist(UnknownResourceFault):
    """There is no such type in the domain."""


class ActivityTypeDoesNotExist(TypeDoesNotExist):
    """There is no such activity type in the domain."""


class WorkflowTypeDoesNotExist(TypeDoesNotExist):
    """There is no such workflow type in the domain."""


class WorkflowExecutionDoesNotExist(UnknownResourceFault):
    """There is no such execution, or it is not open and the operation needs an open one."""


class TaskDoesNotExist(UnknownResourceFault):
    """The task of this token was closed: answered, canceled, or timed out."""


class ActivityTaskDoesNotExist(TaskDoesNotExist):
    """The activity task of this token was closed."""


class DecisionTaskDoesNotExist(TaskDoesNotExist):
    """The decision task of this token was closed."""


class AlreadyExistsError(ResponseError):
    """What would be registered or started is there already."""


class DomainAlreadyExistsFault(AlreadyExistsError):
    """A domain of this name is registered, perhaps deprecated."""


class TypeAlreadyExistsFault(AlreadyExistsError):
    """A type of this name and version is registered, perhaps deprecated."""


class ActivityTypeAlreadyExists(TypeAlreadyExistsFault):
    """An activity type of this name and version is registered, perhaps deprecated."""


class WorkflowTypeAlreadyExists(TypeAlreadyExistsFault):
    """A workflow type of this name and version is registered, perhaps deprecated."""


class WorkflowExecutionAlreadyStartedFault(AlreadyExistsError):
    """An execution with this workflow id is open."""


class DeprecatedError(ResponseError):
    """The resource exists, and is deprecated."""


class DomainDeprecatedFault(DeprecatedError):
    """The domain is deprecated."""


class TypeDeprecatedFault(DeprecatedError):
    """The type is deprecated."""


class ActivityTypeDeprecated(TypeDeprecatedFault):
    """The activity type is deprecated."""


class WorkflowTypeDeprecated(TypeDeprecatedFault):
    """The workflow type is deprecated."""
