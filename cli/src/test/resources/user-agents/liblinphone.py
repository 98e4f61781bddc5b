"""Registers by liblinphone over TLS, without sound; stays until SIGTERM, then unregisters.

  python3 liblinphone.py HOST PORT CA_FILE AOR TOKEN_FILE Authorization|Proxy-Authorization

liblinphone 5.1 knows no Bearer tokens, but sends any header with a REGISTER. No program of its packages asks it to, so this
calls the C library, by its prototypes in linphone/core.h and linphone/api.
"""

import ctypes
import os
import signal
import sys
import time

OK, CLEARED, FAILED = 2, 3, 4  # LinphoneRegistrationState
LOG_FATAL = 1 << 5  # LinphoneLogLevel; lower ones show headers, and so the token
NOT_BOUND = -2  # LC_SIP_TRANSPORT_DONTBIND: connects, listens nowhere
ROUND_SECONDS = 0.02  # the library does its work in linphone_core_iterate(), to be called 50 times a second

library = ctypes.CDLL("liblinphone.so.10")
P, S, I = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int


def declared(result, name, *arguments):
    function = getattr(library, "linphone_" + name)
    function.restype, function.argtypes = result, arguments
    return function


factory_get = declared(P, "factory_get")
factory_create_core = declared(P, "factory_create_core_3", P, S, S, P)
core_set_root_ca = declared(None, "core_set_root_ca", P, S)
core_set_network_reachable = declared(None, "core_set_network_reachable", P, ctypes.c_ubyte)
core_set_transports = declared(I, "core_set_transports", P, P)
factory_create_transports = declared(P, "factory_create_transports", P)
transports_set_tls_port = declared(None, "transports_set_tls_port", P, I)
logging_service_get = declared(P, "logging_service_get")
logging_service_set_log_level = declared(None, "logging_service_set_log_level", P, I)
core_start = declared(I, "core_start", P)
core_stop = declared(None, "core_stop", P)
core_iterate = declared(None, "core_iterate", P)
core_create_account_params = declared(P, "core_create_account_params", P)
core_create_account = declared(P, "core_create_account", P, P)
core_add_account = declared(I, "core_add_account", P, P)
address_new = declared(P, "address_new", S)
address_as_string_uri_only = declared(S, "address_as_string_uri_only", P)
account_params_clone = declared(P, "account_params_clone", P)
params_set_expires = declared(None, "account_params_set_expires", P, I)
params_set_identity_address = declared(I, "account_params_set_identity_address", P, P)
params_set_server_address = declared(I, "account_params_set_server_address", P, P)
params_set_register_enabled = declared(None, "account_params_set_register_enabled", P, ctypes.c_ubyte)
account_set_custom_header = declared(None, "account_set_custom_header", P, S, S)
account_set_params = declared(I, "account_set_params", P, P)
account_get_state = declared(I, "account_get_state", P)
account_get_contact_address = declared(P, "account_get_contact_address", P)
account_get_error_info = declared(P, "account_get_error_info", P)
error_info_get_protocol_code = declared(I, "error_info_get_protocol_code", P)
error_info_get_phrase = declared(S, "error_info_get_phrase", P)

host, port, ca_file, address_of_record, token_file, header = sys.argv[1:]
with open(token_file, encoding="ascii") as file:
    token = file.read().strip()

os.environ["HOME"] = os.getcwd()  # for its databases
os.makedirs(".local/share/linphone", exist_ok=True)
logging_service_set_log_level(logging_service_get(), LOG_FATAL)
core = factory_create_core(factory_get(), None, None, None)
core_set_root_ca(core, ca_file.encode())
core_set_network_reachable(core, True)  # loopback needs no default route
transports = factory_create_transports(factory_get())
transports_set_tls_port(transports, NOT_BOUND)
core_set_transports(core, transports)
core_start(core)

params = core_create_account_params(core)
params_set_identity_address(params, address_new(address_of_record.encode()))
params_set_server_address(params, address_new(f"sip:{host}:{port};transport=tls".encode()))
params_set_register_enabled(params, True)
account = core_create_account(core, params)
account_set_custom_header(account, header.encode(), f'Bearer token="{token}"'.encode())
core_add_account(core, account)

asked_to_end = []
signal.signal(signal.SIGTERM, lambda *_: asked_to_end.append(True))
known_state = None
unregistering = False
while known_state != CLEARED:
    core_iterate(core)
    state = account_get_state(account)
    if state != known_state:
        known_state = state
        if state == OK:
            contact = address_as_string_uri_only(account_get_contact_address(account)).decode()
            print("registered", contact, flush=True)
        elif state == CLEARED:
            print("unregistered", flush=True)
        elif state == FAILED:
            why = account_get_error_info(account)
            phrase = (error_info_get_phrase(why) or b"no answer").decode()
            sys.exit(f"not registered: {error_info_get_protocol_code(why)}, {phrase}")
    if asked_to_end and not unregistering:
        unregistering = True
        params = account_params_clone(params)
        params_set_expires(params, 0)  # disabling registration would leave the custom header out
        account_set_params(account, params)
    time.sleep(ROUND_SECONDS)
core_stop(core)
