/** {@code registrar}: what a SIP registrar says of itself. */
@NullMarked
package org.sipoauth.cli.registrar;

import org.jspecify.annotations.NullMarked;
