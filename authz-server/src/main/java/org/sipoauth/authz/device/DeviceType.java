package org.sipoauth.authz.device;

public enum DeviceType {
    SOFTPHONE,
    DESK_PHONE
}
