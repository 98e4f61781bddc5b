/** What commands share in talking to people: exit codes, and failures that say what to do. */
@NullMarked
package org.sipoauth.cli.console;

import org.jspecify.annotations.NullMarked;
