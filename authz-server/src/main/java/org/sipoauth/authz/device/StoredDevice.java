package org.sipoauth.authz.device;

/** @param revision another with every change of the device */
record StoredDevice(Device device, String revision) {}
