package org.sipoauth.authz.device;

/** @param revision another with every change of the device */
public record StoredDevice(Device device, String revision) {}
