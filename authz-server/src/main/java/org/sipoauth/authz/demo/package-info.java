/** Sample subscribers, devices and a service client; present under the {@code demo} profile only. */
@NullMarked
package org.sipoauth.authz.demo;

import org.jspecify.annotations.NullMarked;
