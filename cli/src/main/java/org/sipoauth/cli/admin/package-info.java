/** The administration interface of a running server, as its client. */
@NullMarked
package org.sipoauth.cli.admin;

import org.jspecify.annotations.NullMarked;
