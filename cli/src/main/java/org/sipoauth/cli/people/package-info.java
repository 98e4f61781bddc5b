/** {@code user} and {@code administrator}: the accounts of a server. */
@NullMarked
package org.sipoauth.cli.people;

import org.jspecify.annotations.NullMarked;
