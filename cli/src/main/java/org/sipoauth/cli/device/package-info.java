/** The commands on devices and their security profiles. */
@NullMarked
package org.sipoauth.cli.device;

import org.jspecify.annotations.NullMarked;
