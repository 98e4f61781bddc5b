/** Filter chains, response headers, listeners and error documents. */
@NullMarked
package org.sipoauth.authz.web;

import org.jspecify.annotations.NullMarked;
