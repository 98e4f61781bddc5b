/** What an operator sees: metrics, health and bindings, over plain HTTP on the loopback interface. */
@NullMarked
package org.sipoauth.registrar.management;

import org.jspecify.annotations.NullMarked;
